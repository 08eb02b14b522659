package ui

// menu is the supervisor's: one tile a matter.
func (p *page) menu() {
	body, foot := p.sheet(p.w.Menu.Title)
	p.backAs(foot, p.w.Menu.Close)
	faults, unsent := "", ""
	if n := len(p.snap.Faults); n > 0 {
		faults = p.w.number(n)
	}
	if p.snap.Unsent > 0 {
		unsent = p.w.unsent(p.snap.Unsent)
	}
	all := []tile{
		{key: "menu-sources", label: p.w.Menu.Sources, icon: iconSources, intent: Open{SourcesScreen}},
		{key: "menu-lists", label: p.w.Menu.Lists, note: unsent, icon: iconLists, intent: Open{ListsScreen}},
		{key: "menu-export", label: p.w.Menu.Export, icon: iconExport, intent: Open{ExportScreen}},
		{key: "menu-journal", label: p.w.Menu.Journal, icon: iconJournal, intent: Open{JournalScreen}},
		{key: "menu-faults", label: p.w.Menu.Faults, note: faults, icon: iconFaults, intent: Open{FaultsScreen}},
		{key: "menu-display", label: p.w.Menu.Display, icon: iconDisplay, intent: Open{DisplayScreen}},
		{key: "menu-sound", label: p.w.Menu.Sound, icon: iconSound, intent: Open{SoundScreen}},
		{key: "menu-enrol", label: p.w.Menu.Enrol, icon: iconEnrol, intent: Open{EnrolScreen}},
	}
	if p.snap.Leaves {
		all = append(all, tile{key: "menu-leave", label: p.w.Menu.Leave, icon: iconLeave, intent: Open{LeaveScreen}})
	}
	p.tiles(body, all)
}

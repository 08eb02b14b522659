package assets_test

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chot/assets"

	"github.com/BurntSushi/toml"
)

// The guides, and the language whose words they show.
var guides = map[string]string{
	"INSTALL.md": "en", "OPERATOR.md": "en", "ANDROID.md": "en",
	"guard.vi.md": "vi", "guard.en.md": "en", "guard.vi.html": "vi", "guard.en.html": "en",
}

func readGuide(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("guide/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func loadStrings(t *testing.T, language string) *assets.Strings {
	t.Helper()
	s, err := assets.Load(language)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// texts are all texts of a language.
func texts(t *testing.T, language string) map[string]bool {
	t.Helper()
	var tree map[string]any
	if _, err := toml.Decode(readStrings(t, language), &tree); err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			all[v] = true
		case map[string]any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(tree)
	return all
}

var bold = regexp.MustCompile(`(?s)\*\*(.+?)\*\*|<b>(.+?)</b>`)

// strayWords returns what a guide shows in bold that no screen says. A
// paragraph may begin with its own words in bold, when it is one of ours.
func strayWords(text string, known map[string]bool, ours []string) (stray []string, found int) {
	for _, m := range bold.FindAllStringSubmatch(text, -1) {
		word := strings.Join(strings.Fields(html.UnescapeString(m[1]+m[2])), " ")
		if slices.Contains(ours, word) {
			continue
		}
		found++
		if !known[word] && !known[strings.TrimSuffix(word, ".")] {
			stray = append(stray, word)
		}
	}
	return stray, found
}

// headings are paragraphs' first words in the guides that no screen shows.
var headings = []string{
	"bold", "The PIN.", "Enrolling a device.", "Back the hub up",
	"admit", "refuse", "turned", // settings
}

// TestGuidesShowTheScreensWords: what stands in bold is on a screen, letter for letter.
func TestGuidesShowTheScreensWords(t *testing.T) {
	least := map[string]int{"OPERATOR.md": 80, "INSTALL.md": 5, "ANDROID.md": 0, "guard.vi.md": 18, "guard.en.md": 18, "guard.vi.html": 18, "guard.en.html": 18}
	for name, language := range guides {
		stray, found := strayWords(readGuide(t, name), texts(t, language), headings)
		if len(stray) > 0 {
			t.Errorf("%s shows words that no screen has in %q: %q", name, language, stray)
		}
		if found < least[name] {
			t.Errorf("%s: %d words of the screen found, want at least %d", name, found, least[name])
		}
	}
	if stray, _ := strayWords("press **OPEM**, <b>OPEN</b>", texts(t, "en"), nil); !slices.Equal(stray, []string{"OPEM"}) {
		t.Errorf("of one wrong word and one right one, %q were stray", stray)
	}
}

// TestGuidesNameTheThreeVerdicts: the guard's page has each word, exactly as shown.
func TestGuidesNameTheThreeVerdicts(t *testing.T) {
	for name, language := range guides {
		if name == "INSTALL.md" || name == "ANDROID.md" {
			continue
		}
		text, outcomes := readGuide(t, name), loadStrings(t, language).Outcome
		if len(outcomes) != 3 {
			t.Fatalf("%d outcomes, want 3", len(outcomes))
		}
		for code, word := range outcomes {
			if !strings.Contains(text, "**"+word+"**") && !strings.Contains(text, "<b>"+word+"</b>") {
				t.Errorf("%s lacks the word for %s: %s", name, code, word)
			}
		}
	}
}

// missingRows returns the codes whose row in a table lacks their texts.
func missingRows(text string, en, vi map[string]assets.Trouble) (missing []string) {
	rows := map[string]string{}
	for line := range strings.Lines(text) {
		if code, ok := strings.CutPrefix(line, "| `"); ok {
			code, rest, _ := strings.Cut(code, "` |")
			rows[code] += "|" + rest // a fault and a failure may share a code
		}
	}
	for code, e := range en {
		v := vi[code]
		if !strings.Contains(rows[code], "| **"+e.Title+"** "+e.Do+" |") || !strings.Contains(rows[code], "| "+v.Title+". "+v.Do+" |") {
			missing = append(missing, code)
		}
	}
	slices.Sort(missing)
	return missing
}

// TestManualHasEveryFault: every fault and failure stands in the operator's
// manual with both texts; which faults there are is tested with the screens.
func TestManualHasEveryFault(t *testing.T) {
	en, vi, text := loadStrings(t, "en"), loadStrings(t, "vi"), readGuide(t, "OPERATOR.md")
	if len(en.Fault) < 30 || len(en.Failure) < 10 {
		t.Fatalf("%d faults and %d failures: the catalogue is not read", len(en.Fault), len(en.Failure))
	}
	catalogue, err := os.ReadFile("../scanner/fault.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`Fault = "([a-z-]+)"`).FindAllStringSubmatch(string(catalogue), -1)
	if len(codes) != len(en.Fault) {
		t.Errorf("%d faults in the catalogue, %d with texts", len(codes), len(en.Fault))
	}
	for _, c := range codes {
		if !strings.Contains(text, "\n| `"+c[1]+"` |") {
			t.Errorf("the manual lacks %s", c[1])
		}
	}
	if missing := missingRows(text, en.Fault, vi.Fault); len(missing) > 0 {
		t.Errorf("faults whose row does not have both texts as the screens do: %q", missing)
	}
	if missing := missingRows(text, en.Failure, vi.Failure); len(missing) > 0 {
		t.Errorf("failures whose row does not have both texts as the screens do: %q", missing)
	}
	// One changed letter in either language is found.
	for _, change := range [][2]string{{en.Fault["camera-lost"].Do, "Plug it in."}, {vi.Fault["camera-lost"].Title, "Mất máy ảnh"}} {
		changed := strings.ReplaceAll(text, change[0], change[1])
		if missing := missingRows(changed, en.Fault, vi.Fault); !slices.Equal(missing, []string{"camera-lost"}) {
			t.Errorf("with %q for %q, missing are %q", change[1], change[0], missing)
		}
	}
}

// plainWords are a guide's words, without what marks them up.
func plainWords(text string) []string {
	if _, body, ok := strings.Cut(text, "<body>"); ok {
		text = regexp.MustCompile(`(?s)<svg.*?</svg>`).ReplaceAllString(body, " ")
		text = regexp.MustCompile(`</?b>`).ReplaceAllString(text, "")
		text = html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, " "))
	}
	text = strings.ReplaceAll(text, "**", "")
	return strings.Fields(regexp.MustCompile(`(?m)^(#+|-) `).ReplaceAllString(text, ""))
}

// TestGuardsPageIsTheSameToReadAndToPrint, and needs nothing beside it.
func TestGuardsPageIsTheSameToReadAndToPrint(t *testing.T) {
	for _, language := range assets.Languages() {
		read, print := plainWords(readGuide(t, "guard."+language+".md")), plainWords(readGuide(t, "guard."+language+".html"))
		if len(read) < 200 || !slices.Equal(read, print) {
			t.Errorf("%s: the two forms differ, in %d and %d words", language, len(read), len(print))
		}
		if slices.Equal(read, plainWords(strings.Replace(readGuide(t, "guard."+language+".html"), "</b>", "s</b>", 1))) {
			t.Errorf("%s: a changed word was not seen", language)
		}
		if refs := regexp.MustCompile(`(?i)(src|href)=|url\(|@import`).FindString(readGuide(t, "guard."+language+".html")); refs != "" {
			t.Errorf("%s: the page to print refers to something outside: %s", language, refs)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]*)(#[^)]*)?\)`)

// brokenLinks returns the links of a guide that lead nowhere.
func brokenLinks(t *testing.T, text string) (broken []string, found int) {
	t.Helper()
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		found++
		target, page := filepath.Join("guide", filepath.FromSlash(m[1])), text
		if m[1] != "" {
			b, err := os.ReadFile(target)
			if err != nil {
				broken = append(broken, m[1])
				continue
			}
			page = string(b)
		}
		if m[2] != "" && !slices.Contains(anchors(page), m[2][1:]) {
			broken = append(broken, m[1]+m[2])
		}
	}
	return broken, found
}

// anchors are the headings of a page as links name them.
func anchors(page string) (all []string) {
	for line := range strings.Lines(page) {
		if heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			kept := regexp.MustCompile(`[^\p{L}\p{N} -]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
			all = append(all, strings.ReplaceAll(kept, " ", "-"))
		}
	}
	return all
}

// TestGuidesLinkToWhatExists: pages, headings and golden pictures.
func TestGuidesLinkToWhatExists(t *testing.T) {
	total := 0
	for name := range guides {
		broken, found := brokenLinks(t, readGuide(t, name))
		total += found
		if len(broken) > 0 {
			t.Errorf("%s links to what is not there: %q", name, broken)
		}
	}
	if total < 40 {
		t.Errorf("%d links, want at least 40", total)
	}
	broken, _ := brokenLinks(t, "![x](../../ui/testdata/golden/none.png) [y](INSTALL.md#nowhere) [z](INSTALL.md#the-hub)")
	if !slices.Equal(broken, []string{"../../ui/testdata/golden/none.png", "INSTALL.md#nowhere"}) {
		t.Errorf("of two broken links and a good one, broken were %q", broken)
	}
}

package assets

// A Text explains one reason of a verdict.
type Text struct {
	Line   string `toml:"line"`   // one line under the verdict's word; may hold {limit}
	Bare   string `toml:"bare"`   // Line when there is no limit to put in; only where Line holds {limit}
	Why    string `toml:"why"`    // one or two sentences
	Change string `toml:"change"` // what would change the verdict
}

// A Trouble is a fault as the operator reads it.
type Trouble struct {
	Title string `toml:"title"`
	Do    string `toml:"do"` // a sentence with a verb
}

// Strings are all texts in one language.
type Strings struct {
	Language string `toml:"language"` // "vi", "en"
	Name     string `toml:"name"`     // the language's own name

	Outcome map[string]string  `toml:"outcome"` // by outcome code
	Reason  map[string]Text    `toml:"reason"`  // by reason code
	Fault   map[string]Trouble `toml:"fault"`   // by fault code
	Hand    map[string]Trouble `toml:"hand"`    // faults that a device in the hand tells otherwise
	// HandChange is Text.Change of a device in the hand, where it differs; by reason.
	HandChange map[string]string  `toml:"hand_change"`
	Scheme     map[string]string  `toml:"scheme"`  // by scheme code
	Failure    map[string]Trouble `toml:"failure"` // by failure code
	Purpose    map[string]string  `toml:"purpose"` // by purpose code; policies may name others

	Label struct {
		In            string `toml:"in"`
		Out           string `toml:"out"`
		Typed         string `toml:"typed"`
		Why           string `toml:"why"`
		Next          string `toml:"next"`
		Back          string `toml:"back"`
		Erase         string `toml:"erase"`
		Clear         string `toml:"clear"`
		Go            string `toml:"go"`
		Digit         string `toml:"digit"` // {digit}
		Lane          string `toml:"lane"`  // {lane}
		Prompt        string `toml:"prompt"`
		PromptReader  string `toml:"prompt_reader"`
		Preview       string `toml:"preview"`
		Found         string `toml:"found"`
		Unsent        string `toml:"unsent"` // {count}
		UnsentNone    string `toml:"unsent_none"`
		ListFresh     string `toml:"list_fresh"`   // {age}
		ListStale     string `toml:"list_stale"`   // {age}
		ListExpired   string `toml:"list_expired"` // {age}
		ListMissing   string `toml:"list_missing"`
		AgeNow        string `toml:"age_now"`
		AgeMinutes    string `toml:"age_minutes"` // {count}
		AgeHours      string `toml:"age_hours"`   // {count}
		AgeDays       string `toml:"age_days"`    // {count}
		MoreFaults    string `toml:"more_faults"` // {count}
		Watch         string `toml:"watch"`
		Born          string `toml:"born"` // {birth}
		Says          string `toml:"says"` // {message}
		More          string `toml:"more"`
		Purpose       string `toml:"purpose"`
		Vehicle       string `toml:"vehicle"`
		Repeated      string `toml:"repeated"`
		Letter        string `toml:"letter"` // {letter}
		Previous      string `toml:"previous"`
		Following     string `toml:"following"`
		Page          string `toml:"page"` // {page}, {pages}
		TurnAwaited   string `toml:"turn_awaited"`
		TurnCompleted string `toml:"turn_completed"`
		TurnAnnulled  string `toml:"turn_annulled"`
		Percent       string `toml:"percent"` // {count}
		Never         string `toml:"never"`
		Ago           string `toml:"ago"` // {age}
	} `toml:"label"`

	Hint struct {
		Closer string `toml:"closer"`
		Still  string `toml:"still"`
		Glare  string `toml:"glare"`
		Dark   string `toml:"dark"`
		Bright string `toml:"bright"`
		Faint  string `toml:"faint"`
		Hidden string `toml:"hidden"`
	} `toml:"hint"`

	Typed struct {
		Title          string `toml:"title"`
		Kinds          string `toml:"kinds"`
		Count          string `toml:"count"` // {count}
		OldCard        string `toml:"old_card"`
		Insurance      string `toml:"insurance"`
		IDCard         string `toml:"id_card"`
		Province       string `toml:"province"`
		NumberField    string `toml:"number_field"`
		BirthField     string `toml:"birth_field"`
		BirthEmpty     string `toml:"birth_empty"`
		BirthOptional  string `toml:"birth_optional"`
		Female         string `toml:"female"` // {year}
		Male           string `toml:"male"`   // {year}
		Unborn         string `toml:"unborn"`
		DateShort      string `toml:"date_short"`
		DateYear       string `toml:"date_year"`
		DateWhole      string `toml:"date_whole"`
		DateImpossible string `toml:"date_impossible"`
		DateFuture     string `toml:"date_future"`
		DateDoubted    string `toml:"date_doubted"`
	} `toml:"typed"`

	Why struct {
		Title     string `toml:"title"`
		Because   string `toml:"because"`
		Change    string `toml:"change"` // above what the operator can do
		Until     string `toml:"until"`  // the same above an admission
		Rule      string `toml:"rule"`
		List      string `toml:"list"`
		Version   string `toml:"version"`
		NoList    string `toml:"no_list"`
		Issuer    string `toml:"issuer"`
		NoIssuer  string `toml:"no_issuer"`
		Scheme    string `toml:"scheme"`
		Read      string `toml:"read"`
		Entry     string `toml:"entry"`
		EntryNone string `toml:"entry_none"`
		Offline   string `toml:"offline"`

		// Of several lists.
		Strictest string `toml:"strictest"` // how they came to one verdict
		First     string `toml:"first"`
		Held      string `toml:"held"`    // {version}
		Decides   string `toml:"decides"` // the list that did
		Unasked   string `toml:"unasked"` // it was decided before
		Without   string `toml:"without"` // an optional list that is no use
	} `toml:"why"`

	First struct {
		Title string `toml:"title"`
		Lead  string `toml:"lead"`
		Ask   string `toml:"ask"`
		Type  string `toml:"type"`
		Open  string `toml:"open"`
		Safe  string `toml:"safe"`
		Scan  string `toml:"scan"`
		Or    string `toml:"or"`
	} `toml:"first"`

	More struct {
		Title      string `toml:"title"`
		Supervisor string `toml:"supervisor"`
	} `toml:"more"`

	Purposes struct {
		Title string `toml:"title"`
		None  string `toml:"none"`
		Again string `toml:"again"`
	} `toml:"purposes"`

	Vehicle struct {
		Plate      string `toml:"plate"`
		PlateEmpty string `toml:"plate_empty"`
		Heads      string `toml:"heads"`
		HeadsNone  string `toml:"heads_none"`
		Add        string `toml:"add"`
		Remove     string `toml:"remove"`
		Done       string `toml:"done"`
		Clear      string `toml:"clear"`
		People     string `toml:"people"` // {count}
		None       string `toml:"none"`
	} `toml:"vehicle"`

	Recent struct {
		Title  string `toml:"title"`
		None   string `toml:"none"`
		Nobody string `toml:"nobody"`
	} `toml:"recent"`

	Shift struct {
		Title    string `toml:"title"`
		Operator string `toml:"operator"`
		Nobody   string `toml:"nobody"`
		Since    string `toml:"since"`
		Sum      string `toml:"sum"`
		Hours    string `toml:"hours"`
		HandOver string `toml:"hand_over"`
		Cell     string `toml:"cell"` // {direction}, {outcome}, {count}
	} `toml:"shift"`

	Handover struct {
		Title     string `toml:"title"`
		Taken     string `toml:"taken"`
		Receipted string `toml:"receipted"`
		Waiting   string `toml:"waiting"`
		WaitNote  string `toml:"wait_note"`
		AllNote   string `toml:"all_note"`
		Next      string `toml:"next"`
		Anybody   string `toml:"anybody"`
		Confirm   string `toml:"confirm"`
	} `toml:"handover"`

	PIN struct {
		Supervisor string `toml:"supervisor"`
		Operator   string `toml:"operator"` // {operator}
		Empty      string `toml:"empty"`
		Digits     string `toml:"digits"` // {count}
		Checking   string `toml:"checking"`
		Wrong      string `toml:"wrong"`  // {count}
		Locked     string `toml:"locked"` // {count}, {wait}
		Call       string `toml:"call"`
		Last       string `toml:"last"` // {tries}
		Unset      string `toml:"unset"`
		Open       string `toml:"open"`
	} `toml:"pin"`

	Menu struct {
		Title   string `toml:"title"`
		Sources string `toml:"sources"`
		Enrol   string `toml:"enrol"`
		Lists   string `toml:"lists"`
		Display string `toml:"display"`
		Sound   string `toml:"sound"`
		Export  string `toml:"export"`
		Journal string `toml:"journal"`
		Faults  string `toml:"faults"`
		Close   string `toml:"close"`
		Leave   string `toml:"leave"`
	} `toml:"menu"`

	Sources struct {
		Title     string `toml:"title"`
		None      string `toml:"none"`
		Lost      string `toml:"lost"`
		Forbidden string `toml:"forbidden"`
		Absent    string `toml:"absent"`
		Waiting   string `toml:"waiting"`
		Working   string `toml:"working"`
		Last      string `toml:"last"` // {age}
		Test      string `toml:"test"`
		Stop      string `toml:"stop"`
		Prompt    string `toml:"prompt"` // {source}
		Read      string `toml:"read"`   // {scheme}, {bytes}
		Garbled   string `toml:"garbled"`
	} `toml:"sources"`

	Enrol struct {
		Title       string `toml:"title"`
		Scan        string `toml:"scan"`
		How         string `toml:"how"`
		Compare     string `toml:"compare"`
		Hub         string `toml:"hub"`
		Fingerprint string `toml:"fingerprint"`
		Expires     string `toml:"expires"`
		Confirm     string `toml:"confirm"`
		Retry       string `toml:"retry"`
		Running     string `toml:"running"` // {hub}
		Done        string `toml:"done"`
		Start       string `toml:"start"`
	} `toml:"enrol"`

	Lists struct {
		Title   string `toml:"title"`
		None    string `toml:"none"`
		Fresh   string `toml:"fresh"`
		Stale   string `toml:"stale"`
		Expired string `toml:"expired"`
		Missing string `toml:"missing"`
		Line    string `toml:"line"`   // {version}, {age}, {rows}
		Signed  string `toml:"signed"` // {authority}
		Hub     string `toml:"hub"`
		Unsent  string `toml:"unsent"`
		Contact string `toml:"contact"`
		Fault   string `toml:"fault"`
		Fine    string `toml:"fine"`
		Refresh string `toml:"refresh"`
		Busy    string `toml:"busy"`
	} `toml:"lists"`

	Display struct {
		Title    string `toml:"title"`
		Language string `toml:"language"`
		Preset   string `toml:"preset"`
		Size     string `toml:"size"`
		Day      string `toml:"day"`
		Night    string `toml:"night"`
		Sun      string `toml:"sun"`
		Plain    string `toml:"plain"`
		Large    string `toml:"large"`
	} `toml:"display"`

	Sound struct {
		Title  string `toml:"title"`
		Volume string `toml:"volume"`
		Louder string `toml:"louder"`
		Softer string `toml:"softer"`
		Level  string `toml:"level"` // {count}, {most}
		Spoken string `toml:"spoken"`
		On     string `toml:"on"`
		Off    string `toml:"off"`
		Test   string `toml:"test"`
		Silent string `toml:"silent"`
		Felt   string `toml:"felt"`
	} `toml:"sound"`

	Handheld struct {
		NoList   string `toml:"no_list"`
		Torch    string `toml:"torch"`
		Allow    string `toml:"allow"`
		AskAgain string `toml:"ask_again"`
		Settings string `toml:"settings"`
		WayOut   string `toml:"way_out"`
		Letters  string `toml:"letters"`
		Digits   string `toml:"digits"`
		Leave    string `toml:"leave"`
		LeaveSay string `toml:"leave_say"` // {unsent}
		LeaveNow string `toml:"leave_now"`
		Managed  string `toml:"managed"`
	} `toml:"handheld"`

	Export struct {
		Title    string `toml:"title"`
		None     string `toml:"none"`
		Waiting  string `toml:"waiting"` // {count}
		Nothing  string `toml:"nothing"`
		Choose   string `toml:"choose"`
		Free     string `toml:"free"` // {size}
		ReadOnly string `toml:"read_only"`
		Running  string `toml:"running"`
		Done     string `toml:"done"` // {count}
		Next     string `toml:"next"`
		Unnamed  string `toml:"unnamed"`
	} `toml:"export"`

	Fetch struct {
		Title   string `toml:"title"`
		Plug    string `toml:"plug"`
		None    string `toml:"none"`
		Empty   string `toml:"empty"`
		Holds   string `toml:"holds"`
		Folder  string `toml:"folder"` // {folder}
		Running string `toml:"running"`
		Done    string `toml:"done"`
		Same    string `toml:"same"`

		Receipts string `toml:"receipts"`
		Taken    string `toml:"taken"` // {count}
		Known    string `toml:"known"`
	} `toml:"fetch"`

	Stopped struct {
		Title string `toml:"title"`
		Again string `toml:"again"`
	} `toml:"stopped"`

	Journal struct {
		Title        string `toml:"title"`
		Entries      string `toml:"entries"`
		Acknowledged string `toml:"acknowledged"`
		Size         string `toml:"size"`
		Of           string `toml:"of"` // {used}, {most}
		Full         string `toml:"full"`
		Far          string `toml:"far"`
		Check        string `toml:"check"`
		About        string `toml:"about"`
		Running      string `toml:"running"`
		Done         string `toml:"done"` // {count}
	} `toml:"journal"`

	Faults struct {
		Title   string `toml:"title"`
		None    string `toml:"none"`
		Stopped string `toml:"stopped"`
		Warning string `toml:"warning"`
		Note    string `toml:"note"`
	} `toml:"faults"`
}

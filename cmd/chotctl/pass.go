package main

import (
	"context"
	"crypto/ed25519"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"chot/cmd/internal/command"
	"chot/cmd/internal/symbol"
	"chot/scanner"
	"chot/scanner/credential"
)

// passCommand makes an issuer's key, issues passes, revokes them, and says whose
// signatures are believed.
func passCommand(_ context.Context, fs *flag.FlagSet, args []string) error {
	what, args, err := command.Verb(args, "key", "issue", "revoke", "suspend", "reinstate", "trust", "distrust", "issuers")
	if err != nil {
		return err
	}
	var (
		keyFile   = fs.String("key", "pass.key", "key, issue: the issuer's private key `FILE`")
		trustFile = fs.String("trust", "trust.json", "key, revoke, suspend, reinstate, trust, distrust, issuers: the trust `FILE`")
		issuer    = fs.String("issuer", "Pass office", "key, issue, trust: what the issuer is called (trust: by default as its certificate says)")
		namespace = fs.String("namespace", credential.NamespaceID, "key, trust: what kind of number the passes carry (empty, and for trust by default: the issuer's own)")

		id    = fs.String("id", "", "issue: the holder's `number`")
		name  = fs.String("name", "", "issue: the holder's `name`")
		birth = fs.String("birth", "", "issue: 1990-01-15, or 1990 when no more is known")
		sex   = fs.String("sex", "", "issue: male or female")
		from  = fs.String("from", "", "key, issue, trust: valid from this day (2026-01-31) or time (RFC 3339)")
		until = fs.String("until", "", "key, issue, trust: valid through this day, or until this time")
		table = fs.String("csv", "", "issue: many passes from `FILE.csv` with columns id,name,birth,sex,from,until,status_index")
		out   = fs.String("out", "", "issue: where to write: `NAME`.txt and NAME.png for one (default: the text on standard output), a folder for many")
		uri   = fs.String("status-uri", "", "issue, revoke, suspend, reinstate: the status list's `URI`")
		index = fs.Int("status-index", -1, "issue, revoke, suspend, reinstate: the pass's place in the status list")
		size  = fs.Int("status-size", 1<<16, "revoke, suspend: how many passes a new status list is for")

		cert    = fs.String("cert", "", "trust: the issuer's X.509 certificate or public key, `FILE`.pem or .der")
		asserts = fs.String("asserts", "", "trust: what to believe it about, some of claim169,hcert.test,hcert.vaccination,hcert.recovery; default what its certificate says, or what its kind of key signs")
		keyID   = fs.String("key-id", "", "trust: how signatures name the key, in `hex`, if not as usual; distrust: which key")
		encrypt = fs.Bool("encrypt", false, "key: encrypt the private key with a passphrase, which issue then asks for")
		words   = fs.String("passphrase-file", "", "key, issue: read the key's passphrase from the first line of `FILE`; default: ask for it")
	)
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	ask := passphrases(*words)
	window, err := passWindow(*from, *until)
	if err != nil {
		return fmt.Errorf("%w: %w", command.ErrUsage, err)
	}
	switch what {
	case "key":
		asked := ask
		if !*encrypt && *words == "" {
			asked = nil
		}
		return makePassKey(*keyFile, *trustFile, asked, credential.Issuer{Name: *issuer, Namespace: *namespace, NotBefore: window[0], NotAfter: window[1]})
	case "trust":
		if *cert == "" {
			return fmt.Errorf("%w: name the issuer's certificate or public key with --cert", command.ErrUsage)
		}
		limits := credential.Issuer{NotBefore: window[0], NotAfter: window[1]}
		fs.Visit(func(f *flag.Flag) {
			switch f.Name {
			case "issuer":
				limits.Name = *issuer
			case "namespace":
				limits.Namespace = *namespace
			}
		})
		return trustIssuer(*trustFile, *cert, limits, *asserts, *keyID)
	case "distrust":
		return distrustIssuer(*trustFile, *keyID)
	case "issuers":
		return showTrust(*trustFile)
	case "revoke", "suspend", "reinstate":
		if *uri == "" || *index < 0 {
			return fmt.Errorf("%w: name the pass with --status-uri and --status-index", command.ErrUsage)
		}
		return setStatus(*trustFile, *uri, *index, *size, uint8(slices.Index([]string{"reinstate", "revoke", "suspend"}, what)))
	}
	if *index >= 0 && *uri == "" {
		return fmt.Errorf("%w: a --status-index needs the list's --status-uri", command.ErrUsage)
	}
	key, err := readPassKey(*keyFile, ask)
	if err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Second)
	if *table != "" {
		if *id != "" || *name != "" || *out == "" {
			return fmt.Errorf("%w: --csv says who, and --out names the folder to write to", command.ErrUsage)
		}
		return issueMany(*table, *out, *issuer, *uri, key, now)
	}
	p := credential.Pass{ID: *id, Name: *name, Issuer: *issuer, NotBefore: window[0], NotAfter: window[1], IssuedAt: now, StatusURI: *uri, StatusIndex: *index}
	if p.Birth, p.Sex, err = passPerson(*birth, *sex); err != nil {
		return fmt.Errorf("%w: %w", command.ErrUsage, err)
	}
	text, err := credential.Issue(p, key, passKeyID(key.Public().(ed25519.PublicKey)))
	if err != nil {
		return err
	}
	if *out == "" {
		fmt.Println(text)
		return nil
	}
	if err := writePass(*out, text); err != nil {
		return err
	}
	fmt.Printf("wrote %s.txt and %s.png\n", *out, *out)
	return nil
}

// passWindow reads a validity; a day without a time is Vietnam's, and until
// includes it.
func passWindow(from, until string) (window [2]time.Time, err error) {
	for i, text := range []string{from, until} {
		if text == "" {
			continue
		}
		if t, err := time.ParseInLocation(time.DateOnly, text, scanner.ICT); err == nil {
			window[i] = t.AddDate(0, 0, i)
			continue
		}
		if window[i], err = time.Parse(time.RFC3339, text); err != nil {
			return window, fmt.Errorf("%s: write 2026-01-31 or 2026-01-31T06:00:00+07:00", []string{"from", "until"}[i])
		}
	}
	return window, nil
}

func passPerson(birth, sex string) (b credential.Birth, s credential.Sex, err error) {
	if birth != "" {
		t, err := time.Parse(time.DateOnly, birth)
		if err == nil {
			b = credential.Birth{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
		} else if b.Year, err = strconv.Atoi(birth); err != nil || len(birth) != 4 {
			return b, s, errors.New("birth: write 1990-01-15, or 1990 when no more is known")
		}
	}
	switch sex {
	case "":
	case "male":
		s = credential.Male
	case "female":
		s = credential.Female
	default:
		return b, s, errors.New("sex: write male or female, or leave it out")
	}
	return b, s, nil
}

// writePass writes a pass as text and as a picture.
func writePass(base, text string) error {
	picture, err := symbol.PNG(text)
	if err != nil {
		return err
	}
	// A pass is as good as its holder's card: not for everybody on the machine.
	if err := os.WriteFile(base+".txt", []byte(text), 0o600); err != nil {
		return err
	}
	return os.WriteFile(base+".png", picture, 0o600)
}

var passColumns = []string{"id", "name", "birth", "sex", "from", "until", "status_index"}

// issueMany issues a pass for each line of a table. It signs them all before it
// writes the first, so that a mistake in line 900 leaves no 899 passes about.
func issueMany(table, folder, issuer, uri string, key ed25519.PrivateKey, now time.Time) error {
	f, err := os.Open(table)
	if err != nil {
		return err
	}
	defer f.Close()
	keyID := passKeyID(key.Public().(ed25519.PublicKey))
	in := csv.NewReader(f)
	header, err := in.Read()
	if err != nil {
		return fmt.Errorf("read %s: line 1: begin it with the line %s", table, strings.Join(passColumns, ","))
	}
	for _, name := range header {
		if !slices.Contains(passColumns, strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))) {
			return fmt.Errorf("read %s: line 1: the columns must be of %s", table, strings.Join(passColumns, ","))
		}
	}
	type issued struct {
		line int
		text string
	}
	var passes []issued
	places := map[int]int{} // of the status list, by line
	for {
		record, err := in.Read()
		if err == io.EOF {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return fmt.Errorf("read %s: line %d: the table is broken here: quote fields that contain commas, and double quotation marks in them", table, broken.Line)
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", table, err)
		}
		line, _ := in.FieldPos(0)
		p, err := passOf(header, record)
		if err == nil {
			p.Issuer, p.IssuedAt, p.StatusURI = issuer, now, uri
			if p.StatusIndex >= 0 && uri == "" {
				err = errors.New("it has a status_index: name the status list with --status-uri")
			} else if p.StatusIndex >= 0 {
				if other, taken := places[p.StatusIndex]; taken {
					err = fmt.Errorf("its status_index is that of line %d: each pass needs its own", other)
				}
				places[p.StatusIndex] = line
			}
		}
		var text string
		if err == nil {
			text, err = credential.Issue(p, key, keyID)
		}
		if err != nil {
			return fmt.Errorf("read %s: line %d: %w; nothing was written", table, line, err)
		}
		passes = append(passes, issued{line, text})
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	bar := newProgress("passes", int64(len(passes)))
	defer bar.end()
	for _, p := range passes {
		// Names and numbers are nobody's business in a folder listing.
		if err := writePass(filepath.Join(folder, fmt.Sprintf("line-%05d", p.line)), p.text); err != nil {
			return err
		}
		bar.add(1)
	}
	bar.end()
	fmt.Printf("wrote %d passes to %s, each as line-NNNNN.txt and .png after its line in %s\n", len(passes), folder, table)
	return nil
}

func passOf(header, record []string) (credential.Pass, error) {
	fields := map[string]string{}
	for i, name := range header {
		fields[strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))] = strings.TrimSpace(record[i])
	}
	p := credential.Pass{ID: fields["id"], Name: fields["name"], StatusIndex: -1}
	var err error
	if p.Birth, p.Sex, err = passPerson(fields["birth"], fields["sex"]); err != nil {
		return p, err
	}
	window, err := passWindow(fields["from"], fields["until"])
	if err != nil {
		return p, err
	}
	p.NotBefore, p.NotAfter = window[0], window[1]
	if text := fields["status_index"]; text != "" {
		if p.StatusIndex, err = strconv.Atoi(text); err != nil || p.StatusIndex < 0 {
			return p, errors.New("status_index: write a number from 0 on, or leave it out")
		}
	}
	return p, nil
}

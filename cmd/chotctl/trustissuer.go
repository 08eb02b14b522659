package main

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"chot/scanner/credential"
)

// certificatePurposes are the extended key usages of those who sign certificates (EU
// eHealth Network, Digital Certificate Governance §5.5), in both spellings in use.
var certificatePurposes = []struct {
	oid     asn1.ObjectIdentifier
	asserts credential.Assertion
}{
	{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1}, credential.AssertTest},
	{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 2}, credential.AssertVaccination},
	{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 3}, credential.AssertRecovery},
	{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 1}, credential.AssertTest},
	{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 2}, credential.AssertVaccination},
	{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 3}, credential.AssertRecovery},
}

// readIssuerKey reads an X.509 certificate (PEM or DER) or a public key (PEM), and
// fills in what it tells of the issuer: key, key id, validity, what it may assert.
func readIssuerKey(file string) (issuer credential.Issuer, fingerprint [sha256.Size]byte, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return issuer, fingerprint, err
	}
	der, kind := text, "CERTIFICATE"
	if block, _ := pem.Decode(text); block != nil {
		der, kind = block.Bytes, block.Type
	}
	switch {
	case strings.Contains(kind, "PRIVATE KEY"):
		return issuer, fingerprint, fmt.Errorf("%s holds a private key, which its owner must not give away: ask for the certificate or the public key", file)
	case kind == "CERTIFICATE":
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return issuer, fingerprint, notIssuerKey(file)
		}
		issuer.Key, issuer.Name = certificate.PublicKey, certificate.Subject.CommonName
		// X.509 validity includes its last second (RFC 5280 §4.1.2.5).
		issuer.NotBefore, issuer.NotAfter = certificate.NotBefore.UTC(), certificate.NotAfter.UTC().Add(time.Second)
		for _, usage := range certificate.UnknownExtKeyUsage {
			for _, p := range certificatePurposes {
				if usage.Equal(p.oid) && !slices.Contains(issuer.Asserts, p.asserts) {
					issuer.Asserts = append(issuer.Asserts, p.asserts)
				}
			}
		}
		der = certificate.Raw
	case kind == "PUBLIC KEY":
		if issuer.Key, err = x509.ParsePKIXPublicKey(der); err != nil {
			return issuer, fingerprint, notIssuerKey(file)
		}
	default:
		return issuer, fingerprint, notIssuerKey(file)
	}
	fingerprint = sha256.Sum256(der)
	issuer.KeyID = fingerprint[:8] // a certificate's, as its signatures name it
	if key, ok := issuer.Key.(ed25519.PublicKey); ok && kind == "PUBLIC KEY" {
		issuer.KeyID = passKeyID(key)
	}
	if len(issuer.Asserts) == 0 {
		issuer.Asserts = usualAssertions(issuer.Key)
	}
	return issuer, fingerprint, nil
}

func notIssuerKey(file string) error {
	return fmt.Errorf("%s holds neither an X.509 certificate (PEM or DER) nor a public key (PEM, PUBLIC KEY): ask the issuer for one", file)
}

// usualAssertions is what a key of its kind signs, when nothing says less.
func usualAssertions(key crypto.PublicKey) []credential.Assertion {
	if _, ok := key.(ed25519.PublicKey); ok {
		return []credential.Assertion{credential.AssertPass}
	}
	return []credential.Assertion{credential.AssertTest, credential.AssertVaccination, credential.AssertRecovery}
}

// trustIssuer adds the issuer whose key is in a file to a trust file. What is set in
// limits replaces what the file tells, but never makes it valid for longer.
func trustIssuer(trustFile, keyFile string, limits credential.Issuer, asserts, keyID string) error {
	issuer, fingerprint, err := readIssuerKey(keyFile)
	if err != nil {
		return err
	}
	if limits.Name != "" {
		issuer.Name = limits.Name
	}
	if issuer.Name == "" {
		return errors.New("it does not say whose key it is: name the issuer with --issuer")
	}
	issuer.Namespace = limits.Namespace
	if limits.NotBefore.After(issuer.NotBefore) {
		issuer.NotBefore = limits.NotBefore
	}
	if !limits.NotAfter.IsZero() && (issuer.NotAfter.IsZero() || limits.NotAfter.Before(issuer.NotAfter)) {
		issuer.NotAfter = limits.NotAfter
	}
	if asserts != "" {
		issuer.Asserts = nil
		for name := range strings.SplitSeq(asserts, ",") {
			issuer.Asserts = append(issuer.Asserts, credential.Assertion(strings.TrimSpace(name)))
		}
	}
	if keyID != "" {
		if issuer.KeyID, err = hex.DecodeString(keyID); err != nil {
			return errors.New("--key-id wants hex digits, two for a byte")
		}
	}
	issuers, lists, err := readTrust(trustFile)
	if err != nil {
		return err
	}
	trust, err := credential.NewTrust(append(issuers, issuer), lists)
	if err != nil {
		return err
	}
	if err := writeTrust(trustFile, trust); err != nil {
		return err
	}
	fmt.Printf("wrote %s, with\n", trustFile)
	printIssuers(os.Stdout, []credential.Issuer{issuer})
	fmt.Printf("SHA-256 of what was added: %s; ask the issuer on another way whether it is theirs, then publish with: chotctl authority trust --file %s\n",
		hex.EncodeToString(fingerprint[:]), trustFile)
	return nil
}

// distrustIssuer takes the issuer's key with that id out of a trust file.
func distrustIssuer(trustFile, keyID string) error {
	issuers, lists, err := readTrust(trustFile)
	if err != nil {
		return err
	}
	id, err := hex.DecodeString(keyID)
	if err != nil || keyID == "" {
		return errors.New("--key-id wants the hex digits that pass issuers shows")
	}
	left := slices.DeleteFunc(slices.Clone(issuers), func(i credential.Issuer) bool { return slices.Equal(i.KeyID, id) })
	if len(left) == len(issuers) {
		return fmt.Errorf("%s holds no key %s; chotctl pass issuers --trust %s shows what it holds", trustFile, keyID, trustFile)
	}
	trust, err := credential.NewTrust(left, lists)
	if err != nil {
		return err
	}
	if err := writeTrust(trustFile, trust); err != nil {
		return err
	}
	fmt.Printf("wrote %s: what key %s signed is not believed once this is published: chotctl authority trust --file %s\n", trustFile, keyID, trustFile)
	return nil
}

// showTrust says whom a trust file believes what.
func showTrust(trustFile string) error {
	text, err := os.ReadFile(trustFile)
	if err != nil {
		return err
	}
	issuers, lists, err := takeApart(text)
	if err != nil {
		return fmt.Errorf("read %s: %w", trustFile, err)
	}
	printIssuers(os.Stdout, issuers)
	for i := range lists {
		counts := map[uint8]int{}
		for at := range lists[i].Len() {
			value, _ := lists[i].Get(at)
			counts[value]++
		}
		fmt.Printf("status list %s: %d passes, %d revoked, %d suspended\n", lists[i].URI, lists[i].Len(), counts[1], counts[2])
	}
	return nil
}

func printIssuers(w io.Writer, issuers []credential.Issuer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, i := range issuers {
		asserts := make([]string, 0, len(i.Asserts))
		for _, a := range i.Asserts {
			asserts = append(asserts, string(a))
		}
		if len(asserts) == 0 {
			asserts = []string{string(credential.AssertPass)}
		}
		fmt.Fprintf(tw, "%s\tkey %s\tvalid %s until %s\tasserts %s\n", i.Name, hex.EncodeToString(i.KeyID), openOr(i.NotBefore), openOr(i.NotAfter), strings.Join(asserts, " "))
	}
	tw.Flush()
}

// openOr is a limit of a validity, for people and scripts.
func openOr(t time.Time) string {
	if t.IsZero() {
		return "open"
	}
	return t.UTC().Format(time.RFC3339)
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// key is what an APK is signed with.
type key struct {
	store, alias string
	pass         string // as apksigner takes it: env:NAME or file:PATH
}

// releaseKey is the key that the environment names, and false where it names none.
func releaseKey(m *missing) (key, bool) {
	k := key{store: os.Getenv("APK_KEYSTORE"), alias: os.Getenv("APK_KEY_ALIAS")}
	if k.store == "" {
		return key{}, false
	}
	if k.alias == "" {
		k.alias = "chot"
	}
	if _, err := os.Stat(k.store); err != nil {
		m.add("the key in APK_KEYSTORE: %v; make one:  keytool -genkeypair -keystore FILE -storetype PKCS12 -alias chot -keyalg RSA -keysize 4096 -validity 10950 -dname 'CN=…'", err)
	}
	switch file := os.Getenv("APK_KEYSTORE_PASSWORD_FILE"); {
	case file != "":
		k.pass = "file:" + file
	case os.Getenv("APK_KEYSTORE_PASSWORD") != "":
		k.pass = "env:APK_KEYSTORE_PASSWORD"
	default:
		m.add("the password of APK_KEYSTORE: set APK_KEYSTORE_PASSWORD_FILE to a file that holds it, or APK_KEYSTORE_PASSWORD")
	}
	return k, true
}

// debugKey is a throw-away key in dir, made if there is none. An app signed with
// it can be tried, never be replaced by a released one.
func (k kit) debugKey(dir string) (key, error) {
	d := key{store: filepath.Join(dir, "debug.p12"), alias: "debug", pass: "file:" + filepath.Join(dir, "debug.password")}
	if _, err := os.Stat(d.store); err == nil {
		return d, nil
	}
	if err := os.WriteFile(filepath.Join(dir, "debug.password"), []byte("android\n"), 0o600); err != nil {
		return key{}, err
	}
	// RSA: its signatures (PKCS #1 v1.5) follow from the bytes signed; ECDSA's do not.
	err := run(k.keytool, "-genkeypair", "-keystore", d.store, "-storetype", "PKCS12", "-storepass", "android", "-alias", d.alias,
		"-keyalg", "RSA", "-keysize", "3072", "-validity", "10950", "-dname", "CN=Chot debug")
	return d, err
}

// sign signs an APK by schemes 2 and 3 (APK Signature Scheme v2: Android 7; v3: 9,
// with which a key can be changed) and checks what came out.
func (k kit) sign(in, out string, with key) error {
	err := run(k.signer, "sign", "--ks", with.store, "--ks-key-alias", with.alias, "--ks-pass", with.pass,
		"--min-sdk-version", fmt.Sprint(minAPI), "--v1-signing-enabled", "false", "--v2-signing-enabled", "true", "--v3-signing-enabled", "true",
		"--v4-signing-enabled", "false", "--in", in, "--out", out)
	if err != nil {
		return err
	}
	if err := run(k.signer, "verify", "--min-sdk-version", fmt.Sprint(minAPI), "-Werr", out); err != nil {
		return err
	}
	if err := run(k.zipalign, "-c", "-p", "4", out); err != nil {
		return err
	}
	return checkAlignment(out)
}

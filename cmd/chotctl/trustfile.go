package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"chot/scanner/credential"
)

// readTrust is the issuers and the status lists of a trust file; none when there is
// no file.
func readTrust(file string) ([]credential.Issuer, []credential.StatusList, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	issuers, lists, err := takeApart(text)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", file, err)
	}
	return issuers, lists, nil
}

// takeApart is the issuers and the status lists of a trust file.
func takeApart(text []byte) ([]credential.Issuer, []credential.StatusList, error) {
	trust, err := credential.ParseTrust(text)
	if err != nil {
		return nil, nil, err
	}
	var parts struct {
		StatusLists []credential.StatusList `json:"status_lists"`
	}
	if err := json.Unmarshal(text, &parts); err != nil {
		return nil, nil, err
	}
	return trust.Issuers(), parts.StatusLists, nil
}

func writeTrust(file string, trust *credential.Trust) error {
	text, err := json.MarshalIndent(trust, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(file, append(text, '\n'), 0o644)
}

// replaceFile leaves the old file or the new one, whatever happens.
func replaceFile(file string, b []byte, mode os.FileMode) error {
	next := file + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	defer os.Remove(next)
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(next, file)
}

// setStatus revokes, suspends or reinstates a pass in the trust file's status list,
// which it makes when it is not there.
func setStatus(trustFile, uri string, index, size int, value uint8) error {
	text, err := os.ReadFile(trustFile)
	if err != nil {
		return err
	}
	issuers, lists, err := takeApart(text)
	if err != nil {
		return fmt.Errorf("read %s: %w", trustFile, err)
	}
	at := -1
	for i := range lists {
		if lists[i].URI == uri {
			at = i
		}
	}
	if at < 0 {
		lists = append(lists, credential.NewStatusList(uri, size))
		at = len(lists) - 1
	}
	if err := lists[at].Set(index, value); err != nil {
		return fmt.Errorf("%w; the list is as long as --status-size said when it was made", err)
	}
	trust, err := credential.NewTrust(issuers, lists)
	if err != nil {
		return err
	}
	if err := writeTrust(trustFile, trust); err != nil {
		return err
	}
	fmt.Printf("wrote %s: pass %d of %s is %s; publish it with: chotctl authority trust --file %s\n",
		trustFile, index, uri, [...]string{"valid", "revoked", "suspended"}[value], trustFile)
	return nil
}

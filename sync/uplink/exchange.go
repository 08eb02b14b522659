package uplink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// exchange sends a bundle and returns the receipt, verified; gone is called
// when the link has taken the bundle's last byte. Every error is a Trouble.
func (u *Uplink) exchange(ctx context.Context, packed []byte, gone func()) (wire.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, orDefault(u.Timeout, time.Minute))
	defer cancel()
	text, _, err := post(ctx, u.Client, u.Hub+wire.BundlesPath, wire.BundleType, packed, gone, wire.ReceiptType, 4096)
	if err != nil {
		return wire.Receipt{}, err
	}
	r, err := wire.OpenReceipt(text, u.HubKey, u.Device)
	switch {
	case errors.Is(err, wire.ErrOtherHub):
		return wire.Receipt{}, &Trouble{Fault: scanner.FaultHubOther, Err: err}
	case err != nil:
		return wire.Receipt{}, &Trouble{Fault: scanner.FaultHubNotOurs, Err: err}
	}
	return r, nil
}

// post sends a body and returns the answer if it is of the wanted type, and when
// the server says it gave it (RFC 9110 §6.6.1), zero where it does not. gone,
// if not nil, is called when the link has taken the body's last byte, perhaps
// more than once.
func post(ctx context.Context, client *http.Client, url, kind string, content []byte, gone func(), want string, limit int64) (answer []byte, at time.Time, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body(content, gone))
	if err != nil {
		return nil, at, &Trouble{Fault: scanner.FaultNotEnrolled, Err: fmt.Errorf("make request: %w", err)}
	}
	req.ContentLength = int64(len(content))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(body(content, gone)), nil }
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", "chot")
	resp, err := client.Do(req)
	if err != nil {
		return nil, at, unreached(err)
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, at, unreached(fmt.Errorf("read answer: %w", err))
	}
	got := resp.Header.Get("Content-Type")
	media, _, err := mime.ParseMediaType(got)
	if resp.StatusCode != http.StatusOK || err != nil || media != want || int64(len(answer)) > limit {
		return nil, at, refusal(resp.StatusCode, got, answer)
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		at = date
	}
	return answer, at, nil
}

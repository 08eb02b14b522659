package stick

import (
	"reflect"
	"testing"
)

func TestParseMounts(t *testing.T) {
	got := parseMounts(`22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
36 22 8:17 / /media/guard/CHOT\040USB rw,nosuid,nodev shared:2 - vfat /dev/sdb1 rw,uid=1000
37 22 8:33 / /run/media/guard/LOCKED ro,nosuid shared:3 - vfat /dev/sdc1 ro
38 22 8:49 / /mnt/BROKEN rw,nosuid shared:4 - vfat /dev/sdd1 ro,errors=remount-ro
39 22 0:44 / /mnt/ram rw - tmpfs tmpfs rw
not a line
`)
	want := []Stick{
		{Path: "/media/guard/CHOT USB", Name: "CHOT USB"},
		{Path: "/mnt/BROKEN", Name: "BROKEN", ReadOnly: true},
		{Path: "/run/media/guard/LOCKED", Name: "LOCKED", ReadOnly: true},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

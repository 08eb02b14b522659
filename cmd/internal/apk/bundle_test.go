package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(tool(t, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// framework is the resources of an Android of API 29: the one Debian has.
const framework = "/usr/share/android-framework-res/framework-res.apk"

// sdk is an SDK of Debian's tools, and a project with our manifest, resources and
// Java. Two parts of it stand for what Debian has not. d8 writes a fixed
// classes.dex. android.jar is Debian's API 29 with the stubs' classes, and what
// the manifest says to younger Androids alone is taken out for it (see
// TestManifest for that).
func sdk(t *testing.T) (k kit, project string) {
	t.Helper()
	home := t.TempDir()
	tools := filepath.Join(home, "build-tools/34.0.0")
	put(t, filepath.Join(tools, "d8"), "#!/bin/sh\n"+`while [ "$1" != --output ]; do shift; done; printf 'dex\n035\0' > "$2/classes.dex"`+"\n")
	for _, name := range []string{"aapt2", "zipalign", "apksigner"} {
		if err := os.Symlink(tool(t, name), filepath.Join(tools, name)); err != nil {
			t.Fatal(err)
		}
	}
	k.javac, k.keytool = tool(t, "javac"), tool(t, "keytool")
	classes := t.TempDir()
	if err := k.compile(filepath.Join(root, stubsDir), classes, false); err != nil {
		t.Fatal(err)
	}
	var jar bytes.Buffer
	z := zip.NewWriter(&jar)
	if err := z.AddFS(os.DirFS(classes)); err != nil {
		t.Fatal(err)
	}
	whole, err := zip.OpenReader(framework)
	if err != nil {
		if os.Getenv("CI") == "" {
			t.Skip("needs android-framework-res (make need-test installs it)")
		}
		t.Fatal(err)
	}
	defer whole.Close()
	for _, f := range whole.File {
		if err := z.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(home, "platforms/android-34/android.jar"), jar.String())
	t.Setenv("ANDROID_HOME", home)
	var m missing
	if k.findSDK(&m); m != nil {
		t.Fatal(m.err())
	}

	project = t.TempDir()
	if err := os.CopyFS(filepath.Join(project, "assets/android"), os.DirFS(filepath.Join(root, "assets/android"))); err != nil {
		t.Fatal(err)
	}
	manifest := filepath.Join(project, "assets/android", manifestName)
	b, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	put(t, manifest, strings.Replace(string(b), `android:dataExtractionRules="@xml/extraction"`, "", 1))
	return k, project
}

// stand are libraries in the place of the app's: real ones for each processor,
// which need nothing.
func stand(t *testing.T) map[string]string {
	t.Helper()
	libs := map[string]string{}
	for _, a := range abis {
		libs[a.name] = compile(t, a.target+"24", filepath.Join(t.TempDir(), libraryName), "int x; void Java_vn_chot_X_f(void) { x++; }", aligned)
		if err := checkLibrary(libs[a.name], a, ""); err != nil {
			t.Fatal(err)
		}
	}
	return libs
}

// The whole way from Java, resources and libraries to signed APKs, with Debian's
// tools, twice: the bytes are the same, and each tool of Android's finds what the
// manifest promises.
func TestAppIsBuiltAlikeTwice(t *testing.T) {
	k, project := sdk(t)
	libs, keys := stand(t), t.TempDir()
	debug, err := k.debugKey(keys)
	if err != nil {
		t.Fatal(err)
	}
	var works []string
	for _, kinds := range [][]abi{append([]abi{universal}, abis...), {universal, abis[0]}} {
		b := bundle{kit: k, root: project, work: t.TempDir(), version: "1.2.3", code: 102030, key: debug, kinds: kinds}
		if err := b.assemble(libs, nil, io.Discard); err != nil {
			t.Fatal(err)
		}
		works = append(works, b.work)
	}
	apks, _ := filepath.Glob(filepath.Join(works[0], "*.apk"))
	if len(apks) != 1+len(abis) {
		t.Fatalf("built %q", apks)
	}
	codes := map[string]string{"universal": "102030", "armeabi-v7a": "102031", "arm64-v8a": "102032", "x86_64": "102033"}
	for _, apk := range apks {
		kind := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(apk), "chot_1.2.3_"), ".apk")
		if got := libraries(t, apk); kind == "universal" && len(got) != len(abis) || kind != "universal" && !slices.Equal(got, []string{kind}) {
			t.Errorf("%s holds libraries for %q", kind, got)
		}
		if got := output(t, "aapt2", "dump", "badging", apk); !strings.Contains(got, "package: name='vn.chot.scanner' versionCode='"+codes[kind]+"' versionName='1.2.3'") {
			t.Errorf("%s is\n%s", kind, got)
		}
		output(t, "zipalign", "-c", "-p", "4", apk)
	}
	again, _ := filepath.Glob(filepath.Join(works[1], "*.apk"))
	if len(again) != 2 {
		t.Fatalf("built again %q", again)
	}
	for _, apk := range again {
		one, err := os.ReadFile(filepath.Join(works[0], filepath.Base(apk)))
		if err != nil {
			t.Fatal(err)
		}
		two, err := os.ReadFile(apk)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one, two) {
			t.Errorf("%s differs from its first build", filepath.Base(apk))
		}
	}
	apk := filepath.Join(works[0], "chot_1.2.3_universal.apk")
	heldToManifest(t, apk)
	says := output(t, "apksigner", "verify", "--verbose", "--min-sdk-version", "24", apk)
	for _, want := range []string{"v1 scheme (JAR signing): false", "v2 scheme (APK Signature Scheme v2): true", "v3 scheme (APK Signature Scheme v3): true"} {
		if !strings.Contains(says, want) {
			t.Errorf("no word of %q in\n%s", want, says)
		}
	}

	// What the checks must find: a byte changed after signing, and a library off its page.
	b, err := os.ReadFile(apk)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	spoilt := put(t, filepath.Join(keys, "spoilt.apk"), string(b))
	if out, err := exec.Command(k.signer, "verify", "--min-sdk-version", "24", spoilt).CombinedOutput(); err == nil {
		t.Errorf("a changed APK verifies: %s", out)
	}
}

func libraries(t *testing.T, apk string) (kinds []string) {
	t.Helper()
	z, err := zip.OpenReader(apk)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if z.File[0].Name != manifestName {
		t.Errorf("%s begins with %s", apk, z.File[0].Name)
	}
	for _, f := range z.File {
		if rest, ok := strings.CutPrefix(f.Name, "lib/"); ok {
			kinds = append(kinds, strings.TrimSuffix(rest, "/"+libraryName))
		}
	}
	return kinds
}

// heldToManifest reads what Android will read.
func heldToManifest(t *testing.T, apk string) {
	t.Helper()
	badging := output(t, "aapt2", "dump", "badging", apk)
	var permissions []string
	for _, m := range regexp.MustCompile(`(?m)^uses-permission: name='([^']+)'`).FindAllStringSubmatch(badging, -1) {
		permissions = append(permissions, strings.TrimPrefix(m[1], "android.permission."))
	}
	if want := []string{"CAMERA", "INTERNET", "ACCESS_NETWORK_STATE", "VIBRATE", "RECEIVE_BOOT_COMPLETED"}; !slices.Equal(permissions, want) {
		t.Errorf("asks for %q, want %q", permissions, want)
	}
	for _, want := range []string{
		"sdkVersion:'24'", "targetSdkVersion:'34'", "uses-feature-not-required: name='android.hardware.camera'\n",
		"application-label:'Chốt'", "launchable-activity: name='vn.chot.ChotActivity'", "native-code: 'arm64-v8a' 'armeabi-v7a' 'x86_64'",
	} {
		if !strings.Contains(badging, want) {
			t.Errorf("no word of %q in\n%s", want, badging)
		}
	}
	if strings.Contains(badging, "application-debuggable") {
		t.Error("it may be debugged")
	}
	tree := output(t, "aapt2", "dump", "xmltree", "--file", manifestName, apk)
	for name, want := range map[string]string{
		"allowBackup":          "false",
		"extractNativeLibs":    "false",
		"usesCleartextTraffic": "false",
		"resizeableActivity":   "true",
		"launchMode":           "2", // singleTask
		"lockTaskMode":         "3", // if_whitelisted
		"configChanges":        "0x40007fff",
	} {
		m := regexp.MustCompile(`android:` + name + `\(0x[0-9a-f]+\)=(\S+)`).FindStringSubmatch(tree)
		if m == nil || m[1] != want {
			t.Errorf("%s is %q, want %s", name, m, want)
		}
	}
	for _, want := range []string{"android.content.APP_RESTRICTIONS", "android.permission.BIND_JOB_SERVICE"} {
		if !strings.Contains(tree, `"`+want+`"`) {
			t.Errorf("no %s", want)
		}
	}
	if t.Failed() {
		t.Log(tree)
	}
}

// The manifest's classes are ours, and nothing leaves the device with a backup.
func TestManifest(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "assets/android", manifestName))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), `android:dataExtractionRules="@xml/extraction"`) {
		t.Error("Android 12 may copy its files to a new phone")
	}
	if strings.Contains(string(b), "debuggable") {
		t.Error("it may be debugged")
	}
	classes := regexp.MustCompile(`android:name="(vn\.chot\.\w+)"`).FindAllSubmatch(b, -1)
	if len(classes) < 2 {
		t.Errorf("%d classes", len(classes))
	}
	for _, c := range classes {
		path := filepath.Join(root, javaDir, strings.ReplaceAll(string(c[1]), ".", "/")+".java")
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestPackIsExact(t *testing.T) {
	parts := []part{
		{name: "res/a.xml", bytes: []byte("abc")}, {name: "lib/x/" + libraryName, bytes: bytes.Repeat([]byte("x"), 50_001), align: pageSize},
		{name: "resources.arsc", bytes: []byte("arsc"), align: 4}, {name: manifestName, bytes: []byte("m")}, {name: "lib/a/" + libraryName, bytes: []byte("y"), align: pageSize},
	}
	var one, two bytes.Buffer
	if err := pack(&one, parts); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(parts)
	if err := pack(&two, parts); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the order of the parts tells in the bytes")
	}
	path := put(t, filepath.Join(t.TempDir(), "a.apk"), one.String())
	if err := checkAlignment(path); err != nil {
		t.Error(err)
	}
	back, err := unpack(path)
	if err != nil || len(back) != len(parts) || back[0].name != manifestName || string(back[1].bytes) != "y" {
		t.Errorf("read back: %v, %v", back, err)
	}
	if err := pack(io.Discard, append(parts, parts[0])); err == nil {
		t.Error("two files of one name are packed")
	}

	// The check itself must be able to fail.
	for name, p := range map[string][]part{
		"compressed": {{name: "lib/x/a.so", bytes: []byte("x")}},
		"off":        {{name: "lib/x/a.so", bytes: []byte("x"), align: 4096}},
		"off a word": {{name: "lib/x/a.so", bytes: []byte("x"), align: pageSize}, {name: "resources.arsc", bytes: []byte("x"), align: 1}},
		"no library": {{name: "a", bytes: []byte("x")}},
	} {
		var b bytes.Buffer
		if err := pack(&b, p); err != nil {
			t.Fatal(err)
		}
		if err := checkAlignment(put(t, filepath.Join(t.TempDir(), "a.apk"), b.String())); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

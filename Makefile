# make run   sets up a demonstration site in ./site and scans there
# make test  everything CI runs
#
# Both install the system packages they need (through apt, with sudo when not
# root) and fetch the Go modules; nothing else is needed but Go and make.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c

# What Gio needs to build, and to show a window without a GPU.
BUILD_PACKAGES := gcc libc6-dev pkg-config libwayland-dev libx11-xcb-dev libxkbcommon-x11-dev libxcursor-dev libegl-dev libvulkan-dev \
	libgl1-mesa-dri libgles2 mesa-vulkan-drivers libasound2-dev
# What the tests need besides: a display, keys and screenshots, a machine for the devices.
TEST_PACKAGES := git xvfb xdotool weston qemu-system-x86 kmod postgresql man-db groff-base zsh fish \
	e2fsprogs dosfstools mount swtpm $(APK_PACKAGES)
# What checks the handhelds' app without an SDK: Java, ELF and APK tools.
APK_PACKAGES := openjdk-17-jdk-headless clang lld aapt zipalign apksigner android-framework-res

export CGO_ENABLED ?= 1
SITE ?= site

.PHONY: run test build check cross unit race fuzz devices samples golden clean

run: build
	@./bin/chotctl demo $(SITE)

build: need-build
	@mkdir -p bin
	echo "building into ./bin (the first time takes some minutes)"
	CGO_ENABLED=0 go build -trimpath -o bin/ ./cmd/chotctl ./cmd/chot-hub
	go build -trimpath -o bin/ ./cmd/chot

need-build:
	@.ci/need $(BUILD_PACKAGES)
need-test:
	@.ci/need $(BUILD_PACKAGES) $(TEST_PACKAGES)
.PHONY: need-build need-test

test: need-test check cross unit race fuzz test-devices
	@echo "make test: all passed"

# What a compiler and a linter can see.
check:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "gofmt these files:"; echo "$$unformatted"; exit 1; }
	go mod verify >/dev/null
	go vet ./...
	go tool staticcheck ./...

# Everything but the window builds without a C compiler for every device we name,
# and is vetted, tests included, for the handhelds' systems. The window of a
# handheld needs an NDK: make android-check.
cross:
	@export CGO_ENABLED=0
	for target in linux/amd64 linux/arm64 linux/arm android/arm64 android/arm; do
		echo "building without cgo for $$target"
		export GOOS=$${target%/*} GOARCH=$${target#*/}
		packages=$$(go list -e -f '{{.Name}} {{.ImportPath}}' ./... | grep -v ' chot/cmd/chot$$')
		[ $$target != android/arm ] || packages=$$(grep -v '^main ' <<<"$$packages") # no linker without an NDK
		go build $$(sed 's/.* //' <<<"$$packages")
		# Tests of android/arm cannot be linked without an NDK, and so go vet refuses
		# them: as linux/arm with Android's files they are the same to it.
		case $$target in
		android/arm64) vet=; vetted="$$packages";;
		android/arm) vet='-tags android'; vetted=$$(go list -e -f '{{.Name}} {{.ImportPath}}' ./... | grep -v ' chot/cmd/chot$$'); export GOOS=linux;;
		*) continue;;
		esac
		echo "vetting for $$target, tests included"
		go vet $$vet $$(sed 's/.* //' <<<"$$vetted")
	done

# The tests of what runs on a handheld, for its processors, under QEMU's user mode:
# .ci/arm lists what is left out, and why. About five minutes.
ARM_PACKAGES := qemu-user-static libc6-arm64-cross
test-arm:
	@.ci/need $(ARM_PACKAGES)
	.ci/arm
test: test-arm
.PHONY: test-arm

# -count=1 because the tests look at files and programs the cache cannot see.
unit:
	go test -count=1 -timeout 8m ./...

# What has goroutines, under the race detector, which is ten times slower: the
# simulations run in their short form, and of the screens only what crosses over
# from other goroutines.
race:
	go test -race -short -count=1 ./scanner ./store/... ./sync/downlink ./sync/uplink ./sync/wire/... ./camera/... ./cmd/internal/station
	go test -race -count=1 ./sync/hub -sim-seeds 2
	go test -race -count=1 ./cmd/internal/simulation -run 'TestOnce$$' -seeds 8
	go test -race -count=1 -run 'Model|Preview' ./ui

# Counted, not timed: a run that ends by the clock can fail for that alone where
# one try takes long ("context deadline exceeded"). FUZZ=10 fuzzes ten times as much.
FUZZ ?= 1
fuzz:
	@fuzz() { # PACKAGE TARGET TRIES
		echo "fuzzing $$1 $$2"
		go test -run='^$$' -fuzz="^$$2\$$" -fuzztime=$$(( $$3 * $(FUZZ) ))x -fuzzminimizetime=1x ./$$1
	}
	fuzz scanner/credential FuzzCertificate 10000
	fuzz scanner/roster FuzzOpenRoster 30000
	fuzz scanner/roster FuzzListFile 15000
	fuzz scanner/roster FuzzDelta 12000
	fuzz scanner/roster FuzzRows 20000
	fuzz scanner/credential FuzzOpen 150000
	fuzz sync/wire FuzzWire 200000
	fuzz store FuzzOpenJournal 3000
	fuzz scanner/qr FuzzDecode 400
	fuzz camera/intent FuzzBroadcast 300000
	fuzz cmd/internal/keystore FuzzEnvelope 30000

# Real drivers under Debian's stock kernel in QEMU: cameras, readers, relays,
# unplugging, and the released programs from the camera's frame to the hub's
# receipt. About four minutes.
test-devices: need-test
	@. /etc/os-release
	if [ "$$ID" != debian ]; then
		echo "test-devices: runs on Debian only, whose kernel it boots; not run here"
		if [ -n "$${CI:-}" ]; then exit 1; fi
		exit 0
	fi
	.ci/need --listed linux-image-amd64
	go test -count=1 -tags devices -timeout 8m ./camera/internal/rig
devices: test-devices

# The readers' long form: 1,000 bursts of a keyboard wedge, 50,000 serial lines.
test-devices-long: need-test
	@.ci/need --listed linux-image-amd64
	RIG="RUN=WedgeBursts|SerialLoses BURSTS=1000 LINES=50000" go test -count=1 -v -tags devices -timeout 40m ./camera/internal/rig
.PHONY: test-devices test-devices-long

# The scanner without a window on a camera's stream, watched for what it keeps.
DURATION ?= 1h
soak: need-build
	go test -count=1 -v -timeout 0 -run '^TestSoak$$' ./cmd/chotctl -soak $(DURATION)
.PHONY: soak

# The processor time of an empty gate, in hundredths of one core.
bench-idle:
	go test -run='^$$' -bench=IdleGate -benchtime=20x ./camera
.PHONY: bench-idle

# The released programs from their start on an enrolled site to the first verdict
# on disk: chotctl scan, and the window under Xvfb, drawn by the processor.
bench-start: need-test
	go test -run='^$$' -bench=ColdStart -benchtime=20x ./cmd/internal/stopwatch
# The released programs while nobody is in front of a camera of 30 frames a
# second, a minute each: hundredths of one core, resident memory.
bench-gate: need-test
	go test -run='^$$' -bench=Gate -benchtime=1x ./cmd/internal/stopwatch
.PHONY: bench-start bench-gate

# The QR engine beside gozxing on the same frames, as shares of its time.
bench-qr:
	go test -run='^$$' -bench=. -benchmem ./scanner/qr
	@if pkg-config --exists zxing 2>/dev/null; then
		go run -tags zxing ./scanner/qr/internal/zxing assets/samples/*.jpg
	else
		echo "for zxing-cpp side by side: apt-get install libzxing-dev g++"
	fi
.PHONY: bench-qr

# The long forms of the QR engine's tests, with gozxing's rates beside ours, and
# zxing-cpp's where it is installed. About ten minutes.
QR_WORLD ?= $(shell mktemp -u -d -t chot-world.XXXXXX)
test-qr-long:
	go test -count=1 -v -timeout 60m ./scanner/qr -args -long -peers -keep $(QR_WORLD)
	if pkg-config --exists zxing 2>/dev/null; then
		go run -tags zxing ./scanner/qr/internal/zxing -rates $(QR_WORLD)
	fi
	rm -rf $(QR_WORLD)
.PHONY: test-qr-long

# The sample photographs, drawn anew from their seed.
samples:
	go run ./cmd/internal/samples -out assets/samples

# The golden pictures, rendered anew: look at them before committing.
golden: need-test
	go test ./ui -update

clean:
	rm -rf bin $(SITE)

# Thousands of scripts of loss, repetition, restarts and jumping clocks between
# a device and its hub, in memory where there is a disk in memory; `go test` plays
# the first 100 of them. About a quarter of a second of processor time each.
SEEDS ?= 5000
FIRST ?= 1
test-simulation:
	@if [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi
	go test -count=1 -timeout 6h ./cmd/internal/simulation -seeds $(SEEDS) -first $(FIRST)
.PHONY: test-simulation

# The journal's power-cut rig: 200 places, about a minute and a half; `make test`
# runs its short form of 40. It mounts disks, so it runs as root.
POWERCUT_PACKAGES := qemu-system-common e2fsprogs mount
POINTS ?= 200
test-powercut:
	@if [ -z "$${CI:-}" ] && [ ! -e /dev/fuse -o ! -e /dev/loop-control ]; then echo "powercut: needs /dev/fuse and loop devices; not run here"; exit 0; fi
	.ci/need $(POWERCUT_PACKAGES)
	mkdir -p bin
	CGO_ENABLED=0 go test -c -tags powercut -o bin/powercut.test ./store/internal/powercut
	if [ "$$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi
	$$as_root ./bin/powercut.test -test.v -test.count=1 -test.timeout 10m -points $(POINTS)
powercut-short: POINTS = 40
powercut-short: test-powercut
test: powercut-short
.PHONY: test-powercut powercut-short

# Debian packages of the kiosk and of the hub, into bin/. The same tree gives the
# same bytes: all times are the last commit's.
VERSION ?= 0.1.0
MAINTAINER ?= Chốt <chot@example.vn>
NFPM := go tool -modfile=assets/linux/deb/nfpm.mod nfpm
deb: need-build
	@mkdir -p bin/release
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o bin/release/ ./cmd/chotctl ./cmd/chot-hub
	go build -trimpath -buildvcs=false -ldflags='-s -w' -o bin/release/ ./cmd/chot
	export SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)}
	export VERSION=$(VERSION) MAINTAINER='$(MAINTAINER)' GOARCH=$$(go env GOARCH)
	assets/linux/deb/stage.sh bin/stage bin/release
	for p in chot chot-hub; do
		sed 's#stage/#bin/stage/#' assets/linux/deb/$$p.yaml > bin/stage/$$p.yaml
		$(NFPM) package --config bin/stage/$$p.yaml --packager deb --target bin/$${p}_$(VERSION)_$$GOARCH.deb
	done
# What the packages hold, that they are the same built twice, and that systemd,
# man and apt can read them.
DEB_PACKAGES := dpkg-dev systemd man-db
deb-check: deb
	@.ci/need $(DEB_PACKAGES)
	go test -count=1 -tags deb ./assets/linux/deb
test: deb-check
.PHONY: deb deb-check

# The kiosk's package on a clean Debian 12, in a folder: installed as INSTALL.md
# says, looked at, purged. Changes root, so it runs as root. About a minute.
INSTALL_PACKAGES := mmdebstrap util-linux
test-install: deb
	@.ci/need $(INSTALL_PACKAGES)
	go test -c -tags 'deb install' -o bin/install.test ./assets/linux/deb
	if [ "$$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi
	cd assets/linux/deb
	$$as_root ../../../bin/install.test -test.v -test.count=1 -test.timeout 10m -test.run '^TestInstall$$'
test: test-install

# The same as a disk that boots in QEMU, without KVM, a GPU or a network: the first
# page; then, enrolled, a number typed at it, its verdict, the scan copied to a stick,
# a power cut. The screens are kept in bin/pictures. Not in CI: about four minutes.
BOOT_PACKAGES := qemu-system-x86 e2fsprogs dosfstools mtools
test-boot: deb
	@.ci/need $(INSTALL_PACKAGES) $(BOOT_PACKAGES)
	mkdir -p bin/pictures
	go test -c -tags 'deb boot' -o bin/boot.test ./assets/linux/deb
	if [ "$$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi
	cd assets/linux/deb
	$$as_root ../../../bin/boot.test -test.v -test.count=1 -test.timeout 60m -test.run '^(TestBoot|TestApart)$$' -pictures "$(CURDIR)/bin/pictures"
.PHONY: test-install test-boot

# The fonts, made anew from Debian's: Latin with all of Vietnamese, Greek, Cyrillic,
# marks, signs and arrows, without the hints that Gio's rasteriser does not read.
FONT_PACKAGES := fonts-noto-core fonttools
FONT_LETTERS := U+0000-024F,U+0259,U+02B0-052F,U+1E00-209F,U+20A0-22FF,U+25A0-27BF,U+FB00-FB06,U+FFFD
fonts:
	@.ci/need $(FONT_PACKAGES)
	for w in Regular Bold; do
		pyftsubset /usr/share/fonts/truetype/noto/NotoSans-$$w.ttf --unicodes=$(FONT_LETTERS) --no-hinting \
			--drop-tables+=DSIG,MVAR,STAT --name-IDs='*' --output-file=assets/fonts/NotoSans-$$w.ttf
		gzip -9nf assets/fonts/NotoSans-$$w.ttf
	done
	ls -l assets/fonts
.PHONY: fonts

# The spoken words, made anew: six clips of µ-law at 8 kHz. What espeak-ng
# (GPL) says is not covered by its licence; the clips are this project's own.
VOICE_PACKAGES := espeak-ng sox
voices:
	@.ci/need $(VOICE_PACKAGES)
	mkdir -p ui/tone/voices
	say() { # LANGUAGE OUTCOME WORDS
		espeak-ng -v "$$1" -s 150 -a 100 --stdout "$$3" |
			sox -t wav - -r 8000 -c 1 -e mu-law -b 8 -t raw "ui/tone/voices/$$1-$$2.ul" \
				highpass 200 silence 1 0.01 0.5% reverse silence 1 0.01 0.5% fade 0.01 reverse norm -1
	}
	say vi admit "được qua"
	say vi refuse "dừng lại"
	say vi refer "kiểm tra"
	say en admit "pass"
	say en refuse "stop"
	say en refer "check"
	ls -l ui/tone/voices
.PHONY: voices

# The guard's page as PDFs, into bin/guide/, one sheet of A4 a language. Any
# browser prints assets/guide/guard.vi.html as well.
guide:
	@browser=$$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
		{ echo "guide: needs chromium (apt-get install chromium), or print assets/guide/guard.*.html from a browser"; exit 1; }
	mkdir -p bin/guide
	profile=$$(mktemp -d)
	trap 'rm -rf "$$profile"' EXIT
	for l in vi en; do
		"$$browser" --headless --no-sandbox --disable-gpu --disable-background-networking --user-data-dir="$$profile" \
			--no-pdf-header-footer --print-to-pdf=bin/guide/guard.$$l.pdf "file://$(CURDIR)/assets/guide/guard.$$l.html" 2>/dev/null
		pages=$$(grep -ac '/Type /Page$$' bin/guide/guard.$$l.pdf)
		[ "$$pages" = 1 ] || { echo "guide: guard.$$l.pdf has $$pages pages, must be 1"; exit 1; }
		echo "bin/guide/guard.$$l.pdf"
	done
.PHONY: guide

# The handheld's app: APKs for each kind of processor and one for all, in
# bin/android. Needs an SDK and an NDK (ANDROID_HOME, ANDROID_NDK_HOME) and says
# at once what is missing. APK_KEYSTORE signs it (assets/guide/ANDROID.md).
apk:
	@go run ./cmd/internal/apk -version $(VERSION) build

# The app's libraries compiled and linked against the NDK of ANDROID_NDK_HOME, with
# Debian's clang where that has none for this machine. CI has no NDK and does not
# run this; it compiles and tests all that needs none (make cross, make test-arm).
android-check:
	@go run ./cmd/internal/apk check
# Our Java against the android.jar of ANDROID_HOME, or the stubs CI checks it with.
android-java:
	@go run ./cmd/internal/apk java
.PHONY: apk android-check android-java

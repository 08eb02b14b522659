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
	libgl1-mesa-dri libgles2 mesa-vulkan-drivers
# What the tests need besides: a display, keys and screenshots, a machine for the devices.
TEST_PACKAGES := git xvfb xdotool x11-utils imagemagick qemu-system-x86 kmod libasound2-dev postgresql

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

# Everything but the window builds without a C compiler for every device we name.
PORTABLE = $$(go list ./... | grep -v '^chot/cmd/chot$$')
cross:
	@for target in linux/amd64 linux/arm64 linux/arm android/arm64; do
		echo "building without cgo for $$target"
		CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} go build $(PORTABLE)
	done

# -count=1 because the tests look at files and programs the cache cannot see.
unit:
	go test -count=1 -timeout 8m ./...

# What has goroutines, under the race detector, which is ten times slower: the
# simulations run in their short form, and of the screens only what crosses over
# from other goroutines.
race:
	go test -race -short -count=1 ./scanner ./store/... ./sync/downlink ./sync/uplink ./sync/wire/... ./camera/... ./cmd/internal/station
	go test -race -count=1 ./sync/hub -sim-seeds 2
	go test -race -count=1 -run 'Model|Preview' ./ui

FUZZTIME ?= 20s
fuzz:
	go test -run='^$$' -fuzz='^FuzzOpen$$' -fuzztime=$(FUZZTIME) -fuzzminimizetime=1x ./scanner/credential
	go test -run='^$$' -fuzz='^FuzzWire$$' -fuzztime=$(FUZZTIME) -fuzzminimizetime=1x ./sync/wire

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

# The QR engine beside gozxing on the same frames, as shares of its time.
bench-qr:
	go test -run='^$$' -bench=. -benchmem ./scanner/qr
	@if pkg-config --exists zxing 2>/dev/null; then
		go run -tags zxing ./scanner/qr/internal/zxing assets/samples/*.jpg
	else
		echo "for zxing-cpp side by side: apt-get install libzxing-dev g++"
	fi
.PHONY: bench-qr

# The sample photographs, drawn anew from their seed.
samples:
	go run ./cmd/internal/samples -out assets/samples

# The golden pictures, rendered anew: look at them before committing.
golden: need-test
	go test ./ui -update

clean:
	rm -rf bin $(SITE)

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

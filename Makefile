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
TEST_PACKAGES := git xvfb xdotool x11-utils imagemagick

export CGO_ENABLED ?= 1
SITE ?= site

.PHONY: run test build check cross unit race fuzz devices samples golden clean

run: build
	./bin/chotctl demo $(SITE)

build: need-build
	mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -o bin/ ./cmd/chotctl ./cmd/chot-hub
	go build -trimpath -o bin/ ./cmd/chot

need-build:
	@.ci/need $(BUILD_PACKAGES)
need-test:
	@.ci/need $(BUILD_PACKAGES) $(TEST_PACKAGES)
.PHONY: need-build need-test

test: need-test check cross unit race fuzz
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
	for target in linux/amd64 linux/arm64 linux/arm android/arm64; do
		echo "building without cgo for $$target"
		CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} go build $(PORTABLE)
	done

# -count=1 because the tests look at files and programs the cache cannot see.
unit:
	go test -count=1 ./...

# What has goroutines, under the race detector; without the slow whole-program tests.
race:
	go test -race -short -count=1 ./scanner ./store/... ./sync/... ./camera/... ./ui/... ./cmd/internal/station

FUZZTIME ?= 20s
fuzz:
	go test -run='^$$' -fuzz='^FuzzOpen$$' -fuzztime=$(FUZZTIME) ./scanner/credential
	go test -run='^$$' -fuzz='^FuzzWire$$' -fuzztime=$(FUZZTIME) ./sync/wire

# The QR engine beside gozxing on the same frames, as shares of its time.
bench-qr:
	go test -run='^$$' -bench=. -benchmem ./scanner/qr
.PHONY: bench-qr

# The sample photographs, drawn anew from their seed.
samples:
	go run ./cmd/internal/samples -out assets/samples

# The golden pictures, rendered anew: look at them before committing.
golden: need-test
	go test ./ui -update

clean:
	rm -rf bin $(SITE)

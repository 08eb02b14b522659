#!/bin/sh
# stage.sh STAGE BIN: lays out what the two packages install, from the built
# programs in BIN. Every file gets the time in SOURCE_DATE_EPOCH, so that the
# same input gives the same packages.
set -eu
stage=$1 bin=$2
here=$(dirname "$0")/..
put() { install -D -m "$1" "$2" "$3"; }

rm -rf "$stage"
k=$stage/chot h=$stage/chot-hub
for p in chot chotctl; do put 755 "$bin/$p" "$k/usr/bin/$p"; done
put 755 "$bin/chot-hub" "$h/usr/bin/chot-hub"

put 644 "$here/chot.service" "$k/usr/lib/systemd/system/chot.service"
put 644 "$here/chot-scan.service" "$k/usr/lib/systemd/system/chot-scan.service"
put 644 "$here/chot-hub.service" "$h/usr/lib/systemd/system/chot-hub.service"
put 644 "$here/chot.sysusers" "$k/usr/lib/sysusers.d/chot.conf"
put 644 "$here/chot-hub.sysusers" "$h/usr/lib/sysusers.d/chot-hub.conf"
put 644 "$here/chot.tmpfiles" "$k/usr/lib/tmpfiles.d/chot.conf"
put 644 "$here/chot.udev" "$k/usr/lib/udev/rules.d/70-chot.rules"
put 644 "$here/chot.desktop" "$k/usr/share/applications/chot.desktop"
put 644 "$here/chot.svg" "$k/usr/share/icons/hicolor/scalable/apps/chot.svg"
put 644 "$here/chot.toml" "$stage/chot.toml"
for p in chot chot-hub; do put 644 "$here/deb/copyright" "$stage/$p/usr/share/doc/$p/copyright"; done
if [ -d "$here/../guide" ]; then
	for g in "$here"/../guide/*; do put 644 "$g" "$k/usr/share/doc/chot/$(basename "$g")"; done
fi

page() { # PROGRAM SECTION PACKAGE
	mkdir -p "$stage/$3/usr/share/man/man$2"
	"$bin/$1" help man | gzip -9n > "$stage/$3/usr/share/man/man$2/$1.$2.gz"
}
page chot 1 chot
page chotctl 1 chot
page chot-hub 8 chot-hub
mkdir -p "$k/usr/share/man/man5"
"$here/deb/settings-page.sh" "$here/chot.toml" | gzip -9n > "$k/usr/share/man/man5/chot.toml.5.gz"

complete() { # PROGRAM PACKAGE
	d=$stage/$2/usr/share
	mkdir -p "$d/bash-completion/completions" "$d/zsh/vendor-completions" "$d/fish/vendor_completions.d"
	"$bin/$1" completion bash > "$d/bash-completion/completions/$1"
	"$bin/$1" completion zsh > "$d/zsh/vendor-completions/_$1"
	"$bin/$1" completion fish > "$d/fish/vendor_completions.d/$1.fish"
}
complete chotctl chot
complete chot-hub chot-hub

find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

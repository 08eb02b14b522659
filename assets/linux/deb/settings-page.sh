#!/bin/sh
# settings-page.sh FILE: the manual page chot.toml(5), which is the settings file
# itself: every key stands there with what it means and its default.
set -eu
cat <<'END'
'\" -*- coding: UTF-8 -*-
.TH CHOT.TOML 5 "" "Chốt" "Chốt"
.SH NAME
chot.toml \- the checkpoint scanner's settings
.SH DESCRIPTION
The file is TOML. Every key may be left out. It is read when the program starts;
.B chotctl config check /etc/chot/chot.toml
says what is wrong with it. As installed:
.PP
.nf
END
sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\&&/" "$1"
cat <<'END'
.fi
.SH FILES
.I /etc/chot/chot.toml
.SH SEE ALSO
.BR chot (1),
.BR chotctl (1)
END

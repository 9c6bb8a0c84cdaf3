#!/bin/sh
# Builds the Debian package of this tree, for the system and the processor that it is built on:
#
#   sh firmware_config/debian/build.sh [folder]     the package appears in the folder, by default dist
#
# It needs python3-venv, and no root. Everything that Ostiary imports is in it, as wheels that are no
# other program's; Python itself and the C library are Debian's, which keeps them.
set -eu

HERE=$(cd "$(dirname "$0")" && pwd)
TREE=${HERE%/firmware_config/debian}
OUT=${1:-$TREE/dist}
# The system's own: a package may not lean on any other.
PYTHON=${PYTHON:-/usr/bin/python3}
LIB=/usr/lib/ostiary

say() { printf '%s\n' "$*"; }
fail() { say "build: $1" >&2; exit 1; }
# Source and destination of every file; the same list as the installer's.
files() { grep -v '^#' "$TREE/firmware_config/files.txt"; }

command -v dpkg-deb >/dev/null || fail "dpkg-deb is not installed: this is for Debian"
export LC_ALL=C TZ=UTC0
umask 022
architecture=$(dpkg --print-architecture)
# shellcheck disable=SC1091 # not there where this is checked
debian=$(. /etc/os-release && say "${VERSION_ID:-0}")
python=$("$PYTHON" -c 'import sys; print(f"3.{sys.version_info.minor}")')
# When the tree was changed last: a later package is a higher version.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$TREE" log -1 --format=%ct 2>/dev/null ||
    find "$TREE/edge" "$TREE/enroll" "$TREE/systemd" "$TREE/firmware_config" -type f -printf '%T@\n' |
    sort -n | tail -1 | cut -d. -f1)}
export SOURCE_DATE_EPOCH
number=$(sed -n 's/^version = "\(.*\)"/\1/p' "$TREE/pyproject.toml")
version="$number+$(date -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S)~deb$debian"

mkdir -p "$OUT"
work=$(mktemp -d "$OUT/.building-XXXXXX")
trap 'rm -rf "$work"' EXIT
stage=$work/root
lib=$stage$LIB

say "Building ostiary $version for $architecture; on a Raspberry Pi this takes some minutes."
mkdir -p "$stage/usr/lib" "$work/copy"
"$PYTHON" -m venv "$lib"
# From a copy: pip would leave its own files in the tree.
for each in edge enroll pyproject.toml README.md LICENSE; do cp -R "$TREE/$each" "$work/copy"; done
find "$work/copy" -name __pycache__ -prune -exec rm -rf {} +
pip() { "$lib/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
pip install --no-cache-dir --no-compile --constraint "$TREE/constraints.txt" "$work/copy"
pip install --no-cache-dir --no-compile --constraint "$TREE/constraints.txt" \
    --no-deps --requirement "$TREE/wheels.txt"
# What only builds has no business on a door, nor have the libraries' own commands.
pip uninstall --yes pip setuptools 2>/dev/null
find "$lib/bin" -type f ! -name ostiary -delete
rm -rf "$lib/include" "$lib/share"
rm -f "$lib/lib/python$python/site-packages/ostiary-$number.dist-info/direct_url.json"
# Cameras on the ribbon and keyboards' events are the system's, since no wheel has them.
[ "$architecture" = amd64 ] ||
    sed -i 's/^include-system-site-packages = .*/include-system-site-packages = true/' "$lib/pyvenv.cfg"

# Made beside its place, it is told that it lies there: by scripts, and by what is compiled.
grep -rlIF "$stage" "$lib/bin" "$lib/pyvenv.cfg" | while read -r each; do
    [ -L "$each" ] || sed -i "s|$stage||g" "$each"
done
# Nothing is newer than the tree; before compiling, which notes the time of each file.
settle() {
    find "$stage" -newermt "@$SOURCE_DATE_EPOCH" \
        -exec touch --no-dereference -d "@$SOURCE_DATE_EPOCH" {} +
}
settle
# What cannot be compiled is never imported: templates of libraries.
find "$lib/lib" -name __pycache__ -prune -exec rm -rf {} +
"$PYTHON" -m compileall -qq -s "$stage" -p / --invalidation-mode timestamp "$lib/lib" || true
! grep -rlF "$work" "$lib" || fail "the files above name the place where they were built"

files | while read -r source place; do install -D -m 0644 "$TREE/$source" "$stage$place"; done
install -D -m 0640 "$TREE/firmware_config/ostiary.toml" "$stage/etc/ostiary/ostiary.toml"
chmod 0750 "$stage/etc/ostiary"
mkdir -p "$lib/installing" "$stage/usr/bin"
install -m 0644 "$TREE"/firmware_config/installing/*.sh "$lib/installing"
ln -s ../lib/ostiary/bin/ostiary "$stage/usr/bin/ostiary"
doc=$stage/usr/share/doc/ostiary
mkdir -p "$doc"
install -m 0644 "$TREE/README.md" "$TREE"/docs/*.md "$doc"
{
    say "Ostiary, and the libraries and networks below $LIB/lib, each with its own licence in its"
    say "*.dist-info folder there; 'ostiary models' tells those of the networks. Ostiary's own:"
    say
    cat "$TREE/LICENSE"
} >"$doc/copyright"
{
    say "ostiary ($version) stable; urgency=medium"
    say
    say "  * Built from the tree; what changed is told there."
    say
    say " -- ${DEBFULLNAME:-Ostiary} <${DEBEMAIL:-ostiary@ostiary.invalid}>  $(date -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n >"$doc/changelog.gz"

# Which packages of the system hold the libraries that ours are linked with.
linked=$(find "$lib/lib" -name '*.so*' -type f -exec ldd {} + 2>/dev/null |
    awk '$2 == "=>" && $3 ~ "^/" {print $3}' | sort -u | grep -vF "$lib" | while read -r each; do
        real=$(realpath "$each")
        dpkg-query -S "$real" "${real#/usr}" "/usr$real" 2>/dev/null | head -1 | cut -d: -f1
    done | sort -u | sed 's/^/, /' | tr -d '\n')
next=$((${python#3.} + 1))
[ "$architecture" = amd64 ] || linked="$linked, python3-evdev"
mkdir "$stage/DEBIAN"
sed -e "s|@version@|$version|" -e "s|@architecture@|$architecture|" -e "s|@linked@|$linked|" \
    -e "s|@python@|python3 (>= $python~), python3 (<< 3.$next)|" \
    -e "s|@maintainer@|${DEBFULLNAME:-Ostiary} <${DEBEMAIL:-ostiary@ostiary.invalid}>|" \
    -e "s|@size@|$(du -sk --apparent-size "$stage" | cut -f1)|" "$HERE/control" >"$stage/DEBIAN/control"
for each in preinst postinst prerm postrm; do install -m 0755 "$HERE/$each" "$stage/DEBIAN"; done
(
    cd "$stage"
    find etc -type f | sort | sed 's|^|/|' >DEBIAN/conffiles
    find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums
)
settle
package=ostiary_${version}_$architecture.deb
# xz would save a tenth, and take a Raspberry Pi five times as long.
dpkg-deb --root-owner-group -Zzstd -z9 --build "$stage" "$work/$package" >/dev/null
mv "$work/$package" "$OUT/"
say "$OUT/$package"

# shellcheck shell=sh disable=SC2154,SC2153 # names of install.sh, which reads this file
# A version, whole in a folder of its own, and the link that says which one runs.

# The name of this tree's version: its number, and a digest of everything that makes it.
version_name() {
    number=$(sed -n 's/^version = "\(.*\)"/\1/p' "$TREE/pyproject.toml")
    digest=$(cd "$TREE" && find edge enroll systemd firmware_config pyproject.toml constraints.txt \
        wheels.txt -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
    say "$number-$(say "$digest" | cut -c1-12)"
}

build() {
    [ ! -e "$1/whole" ] || return 0
    say "Building $1; on a Raspberry Pi this takes some minutes."
    run rm -rf "$1"
    run mkdir -p "$1"
    run env PYTHON="$PYTHON" VENV="$1" sh "$HERE/make_venv.sh"
    # From a copy: pip would leave its own files in the tree.
    copy=$(mktemp -d)
    for each in edge enroll pyproject.toml README.md LICENSE; do run cp -R "$TREE/$each" "$copy"; done
    pip="$1/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir"
    # shellcheck disable=SC2086 # a command line
    run $pip --constraint "$TREE/constraints.txt" "$copy"
    # shellcheck disable=SC2086
    run $pip --constraint "$TREE/constraints.txt" --no-deps --requirement "$TREE/wheels.txt"
    rm -rf "$copy"
    run mkdir "$1/tree"
    run cp -R "$TREE/systemd" "$TREE/firmware_config" "$1/tree"
    run sync -f "$1"
    run touch "$1/whole"
}

# Prints source and destination of every file of the tree $1.
files_of() { grep -v '^#' "$1/firmware_config/files.txt"; }

# Lays down the files of the version $1, and takes away those of the version $2 that it has no more.
lay_out() {
    from=$1/tree
    [ -d "$from" ] || from=$TREE # a dry run has built nothing
    if [ -n "${2:-}" ]; then
        files_of "$2/tree" | while read -r _ place; do
            files_of "$from" | grep -q " $place\$" || run rm -f "$place"
        done
    fi
    files_of "$from" | while read -r source place; do
        run install -D -m 0644 "$from/$source" "$place"
    done
    run ln -sfn "$1" "$CURRENT.new"
    run mv -T "$CURRENT.new" "$CURRENT"
    run ln -sf "$CURRENT/bin/ostiary" "$PROGRAM"
}

#!/bin/sh
# Makes the virtual environment $VENV with $PYTHON; installs (root) or names what the system lacks.
set -eu

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Ostiary needs Python 3.11 or newer; $PYTHON is $("$PYTHON" --version 2>&1)." >&2
    exit 1
}

# Debian parts ensurepip from Python; without it no virtual environment can be made.
"$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -qq -y python3-venv
    else
        echo "Python cannot make virtual environments here. Run: sudo apt install python3-venv" >&2
        exit 1
    fi
}

system=""
# picamera2 and libcamera are in no package registry, evdev has no wheel for a Raspberry Pi, which
# has all three as system packages.
if "$PYTHON" -c 'import picamera2' 2>/dev/null ||
    { [ "$(uname -m)" != x86_64 ] && "$PYTHON" -c 'import evdev' 2>/dev/null; }; then
    system="--system-site-packages"
fi
"$PYTHON" -m venv $system "$VENV"

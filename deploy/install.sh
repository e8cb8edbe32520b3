#!/bin/sh
# Installs Pendopo from this bundle, without internet: sh install.sh [FOLDER]   (default /opt/pendopo)
# Running it again with a newer bundle replaces the program; data lives elsewhere (/var/lib/pendopo) and is brought along by
# `pendopo upgrade`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-/opt/pendopo}
python=${PYTHON:-python3}
wanted=$(cat "$here/python-versions")

have=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || { echo "Python is missing: apt-get install python3"; exit 1; }
case " $wanted " in
  *" $have "*) ;;
  *) echo "This bundle is for Python $wanted; $python is $have. Name another with PYTHON=…, or make a bundle with --python $have."; exit 1 ;;
esac

mkdir -p "$target"
rm -rf "$target/venv.new"
"$python" -m venv --without-pip "$target/venv.new"
pip=$(ls "$here"/wheels/pip-*.whl)
"$target/venv.new/bin/python" "$pip/pip" install --quiet --no-index --find-links "$here/wheels" --require-hashes --requirement "$here/requirements-$have.txt"
# The environment is moved to its place as a whole; its scripts name that place.
"$target/venv.new/bin/python" - "$target" <<'PY'
import pathlib, sys
target = pathlib.Path(sys.argv[1])
for script in (target / "venv.new/bin").iterdir():
    if script.is_file() and not script.is_symlink():
        content = script.read_bytes()
        if content.startswith(b"#!") or script.name.startswith("activate"):
            script.write_bytes(content.replace(bytes(target / "venv.new"), bytes(target / "venv")))
PY
rm -rf "$target/venv.old"
[ ! -d "$target/venv" ] || mv "$target/venv" "$target/venv.old"
mv "$target/venv.new" "$target/venv"
rm -rf "$target/venv.old"
cp "$here/pendopo.service" "$target/"
chmod -R go+rX "$target"
if [ "$(id -u)" = 0 ] && [ -d /usr/local/bin ]; then ln -sf "$target/venv/bin/pendopo" /usr/local/bin/pendopo; fi
echo "Installed $("$target/venv/bin/pendopo" --version) in $target."
echo "Try it: $target/venv/bin/pendopo up     As a service: see $target/pendopo.service"

#!/bin/sh
# buf as protos/package.json pins it, in the folder one stands in: scripts/buf.sh lint
case $(uname -m) in
    x86_64) machine=linux-x64 ;;
    aarch64 | arm64) machine=linux-aarch64 ;;
    *) echo "buf.sh: no buf for $(uname -m) is pinned in protos/package.json" >&2; exit 1 ;;
esac
buf=$(dirname "$0")/../protos/node_modules/@bufbuild/buf-$machine/bin/buf
[ -x "$buf" ] || { echo "buf.sh: run 'npm ci' in protos first; ./test.sh does" >&2; exit 1; }
exec "$buf" "$@"

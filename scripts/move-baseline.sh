#!/usr/bin/env bash
# At a release: what the protos say now is what must not be broken from now on (docs/adr/0019), and migrations stay as they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/machine.sh
. scripts/node.sh
install_node
install_packages protos
scripts/buf.sh build --exclude-source-info -o protos/baseline.txtpb
sha256sum ServiceDefaults/Migrations/*.sql services/*/Migrations/*.sql > tests/Architecture.Tests/published-migrations.txt
git diff --stat -- protos/baseline.txtpb tests/Architecture.Tests/published-migrations.txt

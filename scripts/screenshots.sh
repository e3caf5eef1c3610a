#!/usr/bin/env bash
# Plays a season and takes a picture of every page of the dashboard while it runs: docs/dashboard/*.png.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/machine.sh

configuration=${CONFIGURATION:-Release}
find_dotnet
install_servers
[ -x /usr/bin/chromium ] || install_from_debian chromium fonts-dejavu-core
build tests/EndToEnd.Tests/EndToEnd.Tests.csproj -c "$configuration"
SCREENSHOTS=$PWD/docs/dashboard dotnet "tests/EndToEnd.Tests/bin/$configuration/net10.0/Intervision.EndToEnd.Tests.dll" -noLogo -noColor -class "*DashboardTests"

#!/usr/bin/env bash
# What one instance of each service, PostgreSQL and RabbitMQ use while the demo season is played: seconds of processor
# and the most memory (docs/operations.md, "Sizing"). In a data folder of its own, on the usual ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/machine.sh

find_dotnet
install_servers
build AppHost/AppHost.csproj -c Release
build services/Demo/Demo.csproj -c Release
INTERVISION_DATA=$(mktemp -d "$PWD/.data-sizing-XXXXXX")
chmod 755 "$INTERVISION_DATA"
export INTERVISION_DATA
host=
stop() {
    if [ -n "$host" ]; then
        kill -TERM "$host" 2> /dev/null || true
        wait "$host" 2> /dev/null || true
    fi
    rm -rf "$INTERVISION_DATA"
}
trap stop EXIT

dotnet AppHost/bin/Release/net10.0/AppHost.dll > "$INTERVISION_DATA/host.log" &
host=$!
dotnet services/Demo/bin/Release/net10.0/Intervision.Demo.dll wait --process "$host" > /dev/null

# Of a process and all below it: PostgreSQL is one process per connection.
below() {
    local child
    echo "$1"
    for child in $(cat /proc/"$1"/task/*/children 2> /dev/null); do below "$child"; done
}

# utime + stime of those that run, and cutime + cstime: of those that have ended.
seconds() {
    local pid ticks=0 fields
    for pid in $(below "$1"); do
        fields=($(sed 's/.*) //' "/proc/$pid/stat" 2> /dev/null || true))
        [ ${#fields[@]} -eq 0 ] || ticks=$((ticks + fields[11] + fields[12] + fields[13] + fields[14]))
    done
    awk -v ticks="$ticks" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.1f", ticks / hz }'
}

# Private and shared memory, in proportion: what PostgreSQL's processes share is counted once.
megabytes() {
    local pid
    for pid in $(below "$1"); do grep '^Pss:' "/proc/$pid/smaps_rollup" 2> /dev/null || true; done | awk '{ kib += $2 } END { printf "%d", kib / 1024 }'
}

declare -A pids before peak
while read -r name pid; do
    pids[$name]=$pid
    before[$name]=$(seconds "$pid")
    peak[$name]=0
done < <(curl -fsS "http://localhost:${Ports__page:-18888}/api/resources" |
    node -e 'for (const r of JSON.parse(require("fs").readFileSync(0))) if (r.processId) console.log(r.name, r.processId)')

dotnet services/Demo/bin/Release/net10.0/Intervision.Demo.dll play --suite "$INTERVISION_DATA" --data data/region > "$INTERVISION_DATA/season.log" &
season=$!
start=$SECONDS
while kill -0 "$season" 2> /dev/null; do
    for name in "${!pids[@]}"; do
        now=$(megabytes "${pids[$name]}")
        [ "$now" -le "${peak[$name]}" ] || peak[$name]=$now
    done
    sleep 1
done
wait "$season"

echo "A season of $((SECONDS - start)) s:"
for name in $(printf '%s\n' "${!pids[@]}" | sort); do
    awk -v name="$name" -v before="${before[$name]}" -v after="$(seconds "${pids[$name]}")" -v peak="${peak[$name]}" \
        'BEGIN { printf "%-16s start %5.1f s, season %6.1f s of CPU, at most %5d MiB\n", name, before, after - before, peak }'
done

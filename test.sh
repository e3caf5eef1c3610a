#!/usr/bin/env bash
# Builds everything once, runs every test project, and ends with the line "N passed, N failed".
#
#   ./test.sh [PROJECT …]      all projects under tests/, or those named (Intake.Tests)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/machine.sh
. scripts/node.sh
. scripts/test-rabbitmq.sh

configuration=Release
# Seconds, against what hangs: half of it on a quiet machine is already too long.
project_limit=${TEST_PROJECT_LIMIT:-900}

find_dotnet
install_servers
# What checks the contract, a client in another language, a calendar library and a reader of PDF that are not ours.
command -v pdftotext > /dev/null || install_from_debian poppler-utils
# The dashboard's pages are looked at in a real browser.
[ -x /usr/bin/chromium ] || install_from_debian chromium fonts-dejavu-core
# The charts' alarms are tried by promtool, which comes with Prometheus.
command -v promtool > /dev/null || install_from_debian prometheus
install_node
install_packages protos
install_packages clients/node
install_packages clients/finance
install_packages tests/calendar-parser
install_packages tests/page-checks
install_packages tests/deployment-checks
echo "Building …"
build Intervision.sln -c $configuration

work=$(mktemp -d)
cleanup() {
    # Only what this script started.
    local started
    started=$(jobs -p)
    [ -z "$started" ] || kill $started 2> /dev/null || true
    wait 2> /dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

projects=()
for folder in tests/*.Tests/; do
    name=$(basename "$folder")
    if [ $# -eq 0 ] || [[ " $* " == *" $name "* ]]; then
        projects+=("$name")
    fi
done
[ ${#projects[@]} -gt 0 ] || fail "no such test project: $*"

echo "Starting RabbitMQ for the tests …"
start_test_rabbitmq "$work/rabbitmq"

# One project: its exit code and console go to files of its own.
run_project() {
    local name=$1 program status=0 began=$SECONDS
    program=$(compgen -G "tests/$name/bin/$configuration/net10.0/*.Tests.runtimeconfig.json" | head -n 1 || true)
    if [ -z "$program" ]; then
        echo "not built: is it in Intervision.sln?" > "$work/$name.log"
        return
    fi
    program=${program%.runtimeconfig.json}.dll
    timeout --kill-after 20 "$project_limit" dotnet "$program" -noLogo -noColor > "$work/$name.log" 2>&1 || status=$?
    echo "$status" > "$work/$name.status"
    echo $((SECONDS - began)) > "$work/$name.seconds"
}

passed=0
failed=0

# "Total: 27, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0": what a run says last.
count() {
    local name=$1 status line total broken
    status=$(cat "$work/$name.status" 2> /dev/null || echo 1)
    line=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+' "$work/$name.log" | tail -n 1 || true)
    if [[ $line =~ Total:\ ([0-9]+),\ Errors:\ ([0-9]+),\ Failed:\ ([0-9]+),\ Skipped:\ ([0-9]+),\ Not\ Run:\ ([0-9]+) ]]; then
        total=${BASH_REMATCH[1]}
        broken=$((BASH_REMATCH[2] + BASH_REMATCH[3]))
        passed=$((passed + total - BASH_REMATCH[3] - BASH_REMATCH[4] - BASH_REMATCH[5]))
    else
        total=0 broken=1
    fi
    # No test, a crash or the time limit is a failure too, whatever was counted before.
    if [ "$broken" -eq 0 ] && { [ "$total" -eq 0 ] || [ "$status" -ne 0 ]; }; then
        broken=1
    fi
    failed=$((failed + broken))
    if [ "$broken" -gt 0 ]; then
        echo "$name: FAILED (exit code $status)"
        # What failed and how it begins, then the end: a long message would hide the one or the other.
        grep -F -A 6 "[FAIL]" "$work/$name.log" | cut -c 1-1000 | head -n 80 || true
        tail -n 60 "$work/$name.log"
    else
        echo "$name: $total tests in $(cat "$work/$name.seconds") s"
    fi
}

# Two at a time: the tests wait for servers more than they compute. The whole suite has the machine to itself.
together=()
alone=()
for name in "${projects[@]}"; do
    case "$name" in EndToEnd.Tests | AppHost.Tests) alone+=("$name") ;; *) together+=("$name") ;; esac
done
running=()
for name in "${together[@]}"; do
    run_project "$name" &
    running+=("$!")
    if [ ${#running[@]} -ge 2 ]; then
        wait -n "${running[@]}" || true
        still=()
        for pid in "${running[@]}"; do
            if kill -0 "$pid" 2> /dev/null; then still+=("$pid"); fi
        done
        running=("${still[@]}")
    fi
done
for pid in "${running[@]}"; do
    wait "$pid" || true
done
for name in "${alone[@]}"; do
    run_project "$name"
done
for name in "${projects[@]}"; do
    count "$name"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# Starts the whole suite and plays a season in it.
#
#   ./run.sh                                        start, play the season when the database is empty, stay until Ctrl+C
#   ./run.sh --once [--data DIR] [--report FILE]    from an empty data folder, play, stop; exit code of the season
#   ./run.sh login                                  print the newest address that logs a browser in to the dashboard
#   ./run.sh token --role ROLE [--subject S] [--rpps R] [--pole P] [--cpts C]    print a development token
set -euo pipefail
caller=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/machine.sh

usage() {
    sed -n '2,8s/^# \{0,1\}//p' "$0"
}

port() {
    printenv "Ports__$1" || echo "$2"
}

absolute() {
    case "$1" in /*) echo "$1" ;; *) echo "$caller/$1" ;; esac
}

configuration=Release
apphost=AppHost/bin/$configuration/net10.0/AppHost.dll
demo=services/Demo/bin/$configuration/net10.0/Intervision.Demo.dll
once=false
region=$PWD/data/region
report=()

if [ "${1:-}" = token ]; then
    shift
    find_dotnet
    [ -f "$demo" ] || build services/Demo/Demo.csproj -c $configuration
    exec dotnet "$demo" token --suite "${INTERVISION_DATA:-$PWD/.data}" "$@"
fi

# A fixed token, or none (no login), is what configuration says; else each address is good once, and the last one printed is.
login_address() {
    sed -n 's/.*Login to the dashboard at \(http[^ ]*\).*/\1/p' "$1/logs/apphost.log" | tail -n 1
}

if [ "${1:-}" = login ]; then
    suite=${INTERVISION_DATA:-$PWD/.data}
    [ -r "$suite/logs/apphost.log" ] || fail "no suite has been started in $suite"
    login_address "$suite"
    exit 0
fi

while [ $# -gt 0 ]; do
    case "$1" in
        --once) once=true; shift ;;
        --data) [ $# -ge 2 ] || fail "--data needs a folder"; region=$(absolute "$2"); shift 2 ;;
        --report) [ $# -ge 2 ] || fail "--report needs a file"; report=(--report "$(absolute "$2")"); shift 2 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; fail "unknown argument: $1" ;;
    esac
done
[ -d "$region" ] || fail "no such folder: $region"

find_dotnet
install_servers
echo "Building …"
build AppHost/AppHost.csproj -c $configuration
build services/Demo/Demo.csproj -c $configuration

if $once; then
    INTERVISION_DATA=$(mktemp -d "$PWD/.data-once-XXXXXX")
    # Servers run as an unprivileged user when we are root: they must be able to walk down to their own folders.
    chmod 755 "$INTERVISION_DATA"
else
    INTERVISION_DATA=${INTERVISION_DATA:-$PWD/.data}
    mkdir -p "$INTERVISION_DATA"
fi
export INTERVISION_DATA
# The app host's own environment: services then tell their measurements every second, not every minute.
export DOTNET_ENVIRONMENT=${DOTNET_ENVIRONMENT:-Development}

host=
player=
status=1
stop_suite() {
    trap '' INT TERM
    if [ -n "$player" ] && kill -0 "$player" 2> /dev/null; then
        kill -TERM "$player" 2> /dev/null || true
    fi
    if [ -n "$host" ] && kill -0 "$host" 2> /dev/null; then
        kill -TERM "$host" 2> /dev/null || true
        wait "$host" 2> /dev/null || true
    fi
    host=
}

# What --once leaves behind: the payment files it wrote, and everything when something went wrong.
leave() {
    stop_suite
    if $once && [ "$status" -eq 0 ]; then
        local elsewhere=$INTERVISION_DATA/secrets/servers-folder
        [ ! -f "$elsewhere" ] || rm -rf "$(cat "$elsewhere")"
        find "$INTERVISION_DATA" -mindepth 1 -maxdepth 1 ! -name payments -exec rm -rf {} +
        rmdir --ignore-fail-on-non-empty "$INTERVISION_DATA/payments" "$INTERVISION_DATA" 2> /dev/null || true
    elif $once; then
        echo "Kept for a look: $INTERVISION_DATA" >&2
    fi
    exit "$status"
}
trap 'status=130; leave' INT
trap 'status=143; leave' TERM

# Standard error passes: a taken port, a missing server, a wrong connection string are said there in one sentence.
mkdir -p -m 700 "$INTERVISION_DATA/logs"
# It holds the addresses that log in: for its owner only.
rm -f "$INTERVISION_DATA/logs/apphost.log"
install -m 600 /dev/null "$INTERVISION_DATA/logs/apphost.log"
tied=()
# Should this script be killed, the suite goes too.
command -v setpriv > /dev/null && tied=(setpriv --pdeathsig TERM --)
"${tied[@]}" dotnet "$apphost" > "$INTERVISION_DATA/logs/apphost.log" &
host=$!

echo "Starting PostgreSQL, RabbitMQ and the four services …"
if dotnet "$demo" wait --process "$host"; then
    status=0
    played=(--if-empty)
    ! $once || played=()
    dotnet "$demo" play --suite "$INTERVISION_DATA" --data "$region" "${played[@]}" "${report[@]}" &
    player=$!
    wait "$player" || status=$?
elif ! kill -0 "$host" 2> /dev/null; then
    wait "$host" || status=$?
    [ "$status" -ne 0 ] || status=1
fi

if $once || [ "$status" -ne 0 ]; then
    leave
fi

cat << EOF

The suite is running:
  dashboard $(login_address "$INTERVISION_DATA")    (good once; ./run.sh login prints the next one)
  gRPC      membership $(port membership-grpc 5101), intake $(port intake-grpc 5102), scheduling $(port scheduling-grpc 5103), indemnisation $(port indemnisation-grpc 5104) (reflection is on)
  data      $INTERVISION_DATA    servers, keys, payment files, logs
  a token   ./run.sh token --role coordinator
Ctrl+C stops everything.
EOF
wait "$host" || status=$?
leave

# What run.sh and test.sh both need of the machine: the .NET SDK, PostgreSQL, RabbitMQ. Sourced, not run.

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

find_dotnet() {
    if ! command -v dotnet > /dev/null && [ -x "$HOME/.dotnet/dotnet" ]; then
        export DOTNET_ROOT="$HOME/.dotnet" PATH="$HOME/.dotnet:$PATH"
    fi
    command -v dotnet > /dev/null || fail "the .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0"
    dotnet --version > /dev/null 2>&1 || fail "the .NET SDK that global.json asks for is missing; installed: $(dotnet --list-sdks | tr '\n' ' ')"
    export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
    # A season and a suite of tests last a minute: compiling each method once more to count what it does takes a quarter
    # of their processor time and comes back to nobody. Services that run for weeks keep the default.
    export DOTNET_TieredPGO=0
}

has_postgres() {
    compgen -G "/usr/lib/postgresql/*/bin/postgres" > /dev/null || command -v postgres > /dev/null
}

has_rabbitmq() {
    compgen -G "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server" > /dev/null
}

# An external server, named by its connection string, makes the local one unnecessary.
install_servers() {
    local missing=()
    [ -n "${ConnectionStrings__postgres:-}" ] || has_postgres || missing+=(postgresql)
    [ -n "${ConnectionStrings__rabbitmq:-}" ] || has_rabbitmq || missing+=(rabbitmq-server)
    [ ${#missing[@]} -eq 0 ] || install_from_debian "${missing[@]}"
}

install_from_debian() {
    command -v apt-get > /dev/null || fail "missing: $*. Install them (PostgreSQL 15 or newer, RabbitMQ 3.10 or newer, Node.js 18 or newer)."
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2> /dev/null || fail "missing: $*. Run: sudo apt-get install --no-install-recommends $*"
        as_root=(sudo -n)
    fi
    echo "Installing $* …"
    install_quietly "$@"
}

# Debian would start what it installs; the app host starts servers of its own, so nothing else is to be started.
install_quietly() {
    local policy=/usr/sbin/policy-rc.d kept=""
    if [ -e "$policy" ]; then
        kept="$policy.before-intervision"
        "${as_root[@]}" mv "$policy" "$kept"
    fi
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" > /dev/null
    "${as_root[@]}" chmod 755 "$policy"

    local log status=0
    log=$(mktemp)
    {
        "${as_root[@]}" apt-get update -q \
            && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
    } > "$log" 2>&1 || status=$?

    "${as_root[@]}" rm -f "$policy"
    [ -z "$kept" ] || "${as_root[@]}" mv "$kept" "$policy"
    if [ "$status" -ne 0 ]; then
        tail -n 5 "$log" >&2
        fail "apt-get could not install $*: see above, or $log"
    fi
    rm -f "$log"
}

# Quiet when it works; everything it said when it does not.
build() {
    local log
    log=$(mktemp)
    if ! dotnet build "$@" --nologo -v q -clp:NoSummary > "$log" 2>&1; then
        grep -E "error|warning" "$log" | sort -u | head -n 20 >&2 || cat "$log" >&2
        fail "the build failed: see above, or $log"
    fi
    rm -f "$log"
}

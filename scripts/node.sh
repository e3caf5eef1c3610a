# Node.js and the packages of our own package.json files. Sourced, after machine.sh.

install_node() {
    command -v node > /dev/null && command -v npm > /dev/null && return 0
    install_from_debian nodejs npm
}

# As the lock file says, and only when it says something new: works offline from then on.
install_packages() {
    local folder=$1 log
    [ ! "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] || return 0
    log=$(mktemp)
    if ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund) > "$log" 2>&1; then
        tail -n 5 "$log" >&2
        fail "npm ci in $folder failed: it needs the npm registry once (see above, or $log)"
    fi
    rm -f "$log"
}

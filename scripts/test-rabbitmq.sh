# One RabbitMQ for all test projects, a virtual host per test class (tests/Support/TestBroker.cs). Sourced by test.sh.

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; return; }
    done
}

start_test_rabbitmq() {
    local base=$1 sbin amqp management names
    sbin=$(compgen -G "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin" | sort -V | tail -n 1)
    amqp=$(free_port) management=$(free_port) names=$(free_port)
    mkdir -p "$base"
    printf 'INTERVISIONTESTS' > "$base/.erlang.cookie"
    chmod 400 "$base/.erlang.cookie"
    echo '[rabbitmq_management].' > "$base/enabled_plugins"
    cat > "$base/rabbitmq.config" << EOF
[{rabbit, [{tcp_listeners, [{"127.0.0.1", $amqp}]}, {default_user, <<"test">>}, {default_pass, <<"test">>},
           {disk_free_limit, 50000000}, {vm_memory_high_watermark, {absolute, 1073741824}}]},
 {rabbitmq_management, [{tcp_config, [{ip, "127.0.0.1"}, {port, $management}]}]}].
EOF
    setpriv --pdeathsig KILL -- epmd -address 127.0.0.1 -port "$names" > /dev/null 2>&1 &
    local loopback='-kernel inet_dist_use_interface {127,0,0,1}'
    env HOME="$base" LANG=C.UTF-8 RUNNING_UNDER_SYSTEMD=true RABBITMQ_CONF_ENV_FILE=/dev/null \
        RABBITMQ_NODENAME="tests$amqp@localhost" RABBITMQ_NODE_PORT="$amqp" RABBITMQ_DIST_PORT="$(free_port)" \
        RABBITMQ_MNESIA_BASE="$base/mnesia" RABBITMQ_LOG_BASE="$base/log" RABBITMQ_GENERATED_CONFIG_DIR="$base/generated" \
        RABBITMQ_SCHEMA_DIR="$base/schema" RABBITMQ_CONFIG_FILE="$base/rabbitmq.config" \
        RABBITMQ_ADVANCED_CONFIG_FILE="$base/advanced.config" RABBITMQ_ENABLED_PLUGINS_FILE="$base/enabled_plugins" \
        RABBITMQ_FEATURE_FLAGS_FILE="$base/feature_flags" RABBITMQ_PID_FILE="$base/pid" RABBITMQ_LOGS=- \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="$loopback" RABBITMQ_CTL_ERL_ARGS="$loopback" \
        ERL_EPMD_PORT="$names" ERL_EPMD_ADDRESS=127.0.0.1 ERL_CRASH_DUMP=/dev/null \
        setpriv --pdeathsig KILL -- "$sbin/rabbitmq-server" > "$base/console.log" 2>&1 &

    local tries=0
    until (exec 3<> "/dev/tcp/127.0.0.1/$management") 2> /dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 900 ] || fail "RabbitMQ did not start: $(tail -n 3 "$base/console.log")"
        sleep 0.1
    done
    export INTERVISION_TEST_RABBITMQ="amqp://test:test@127.0.0.1:$amqp;http://127.0.0.1:$management"
}

# Keeps a throw-away PostgreSQL for as long as standard input stays open, so that it ends and its
# folder is removed however the one who started it ends. Arguments: folder of binaries, port.
set -u
bin=$1 port=$2
umask 077
# A folder for temporary files may belong to the one who started us alone.
tmp=${TMPDIR:-/tmp}
[ -w "$tmp" ] || tmp=/tmp
dir=$(mktemp -d "$tmp/deskbridge-postgres-XXXXXX") || exit 1
clean() {
    "$bin/pg_ctl" --pgdata="$dir/data" --mode=immediate --wait stop >/dev/null 2>&1
    rm -rf "$dir"
}
trap clean EXIT
"$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
# Tests run in parallel and each opens its own pools.
"$bin/pg_ctl" --pgdata="$dir/data" --log="$dir/log" --wait --timeout=60 \
    --options="-c port=$port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=400" \
    start >/dev/null </dev/null || { cat "$dir/log" >&2; exit 1; }
echo "ready"
cat >/dev/null

# Runs a cluster for as long as its owner lives. Standard input is a pipe that only the owner can
# write to: its end says that the owner has stopped or died, however it died.
#   $1 folder of the binaries   $2 home of the cluster   $3 folder of the socket
#   $4 superuser   $5 keep | remove (the home, at the end)   the rest: options of postgres
# The first line of standard input is the superuser's password. Standard output says what failed.
# Standard error is a locked file: the lock lasts until the last process that was started here, a
# child of PostgreSQL included, has ended.
exec 4>&2 2>&1
trap '' HUP INT PIPE QUIT TERM
umask 077
bin=$1 home=$2 socket=$3 superuser=$4 afterwards=$5
shift 5
log=$home/postgres.log
case $afterwards in
remove) stop=QUIT sync=--no-sync ;;
*) stop=INT sync= ;;
esac
# Without this line the owner is dead already.
read -r password || exit 1
exec 3<&0 </dev/null

# Ends with the status $1, after the newest lines of the log if that is a failure.
finish() {
    cd /
    [ "$1" -eq 0 ] || tail -c "+$((logged + 1))" "$log" | tail -n 20
    if [ "$afterwards" = remove ]; then
        rm -rf "$home" "$socket" || { sleep 1 && rm -rf "$home" "$socket"; }
    fi
    exit "$1"
}

# Runs a program until it ends, or until the owner is gone. A signal that comes before the program
# listens is lost, so it is sent until the program has ended, and a harder one after a while.
watched() {
    "$@" 3<&- >>"$log" 2>&1 &
    child=$!
    (
        while read -r _; do :; done
        seconds=0
        while kill -s "$stop" "$child"; do
            sleep 1
            seconds=$((seconds + 1))
            case $seconds in 30) stop=QUIT ;; 45) stop=KILL ;; esac
        done
    ) <&3 4>&- >/dev/null 2>&1 &
    reader=$!
    wait "$child"
    status=$?
    kill -s KILL "$reader"
    wait "$reader" 2>/dev/null
    return "$status"
}

logged=0
[ "$afterwards" = keep ] || mkdir "$home" || exit 1
cd "$home" && : >>"$log" || exit 1
logged=$(wc -c <"$log")

# A cluster gets its name only when it is whole.
rm -rf cluster.new
if [ ! -d cluster ]; then
    printf '%s\n' "$password" >password || finish 1
    watched "$bin/initdb" -D "$home/cluster.new" --username="$superuser" \
        --pwfile="$home/password" --auth-local=scram-sha-256 --auth-host=scram-sha-256 \
        --encoding=UTF8 --locale=C --data-checksums --no-instructions $sync || finish "$?"
    mv cluster.new cluster || finish 1
fi

# The owner has taken the lock, so nothing runs here and these are left over from a crash.
rm -f cluster/postmaster.pid
mkdir "$socket" 2>/dev/null
if [ ! -O "$socket" ] || [ -L "$socket" ]; then
    echo "the folder $socket belongs to another user" >>"$log"
    finish 1
fi
rm -f "$socket"/.s.PGSQL.*
watched "$bin/postgres" -D "$home/cluster" "$@"
finish "$?"

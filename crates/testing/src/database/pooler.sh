# Runs a PgBouncer for as long as its owner lives. Standard input is a pipe that only the owner can
# write to: its end says that the owner has stopped or died, however it died.
#   $1 the program   $2 a folder of its own, made here   $3 its settings
# The first line of standard input is the account of the database, as its `auth_file` has it.
# Standard output says what failed.
exec 2>&1
trap '' HUP INT PIPE QUIT TERM
umask 077
program=$1 folder=$2 settings=$3
# Without this line the owner is dead already.
read -r account || exit 1
exec 3<&0 </dev/null
mkdir "$folder" && cd "$folder" || exit 1
printf '%s\n' "$account" >users
printf '%s\n' "$settings" >pgbouncer.ini

"$program" -q pgbouncer.ini 3<&- >log 2>&1 &
child=$!
# It has nothing that a clean stop would save, and versions differ in what signals mean.
(
    while read -r _; do :; done
    kill -s KILL "$child"
) <&3 >/dev/null 2>&1 &
reader=$!
wait "$child"
status=$?
kill -s KILL "$reader" 2>/dev/null
tail -n 20 log
cd / && rm -rf "$folder"
exit "$status"

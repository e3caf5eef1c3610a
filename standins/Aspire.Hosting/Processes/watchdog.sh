# Outlives the app host by a few seconds: reads "+ group signal" and "- group" on standard input, and when the
# app host is gone (end of file, however it went) ends every group still recorded, then every process that
# carries the app host's mark in its environment. $1 is the mark.
trap '' HUP INT TERM
exec >/dev/null 2>&1
groups=''
while read -r verb group signal; do
  rest=''
  for g in $groups; do [ "${g%:*}" = "$group" ] || rest="$rest $g"; done
  groups=$rest
  [ "$verb" = + ] && groups="$groups $group:$signal"
done
alive() { for g in $groups; do kill -0 -- "-${g%:*}" && return 0; done; return 1; }
for g in $groups; do kill -s "${g#*:}" -- "-${g%:*}"; done
n=0
while [ $n -lt 30 ] && alive; do sleep 0.1; n=$((n + 1)); done
for g in $groups; do kill -s KILL -- "-${g%:*}"; done
for environ in /proc/[0-9]*/environ; do
  if grep -qzsx "ASPIRE_APPHOST_MARK=$1" "$environ"; then
    pid=${environ#/proc/}
    kill -s KILL "${pid%/environ}"
  fi
done

#!/bin/sh
# The least that moving a task can cost: read its file, check one edge, write the file, and commit it as durably as tk
# does. It holds no rule, no claim and no budget, and two of these at once lose one.
set -e
file=.tasks/$1.yaml
grep -q '^state: todo$' "$file"
sed -i 's/^state: todo$/state: in_progress/' "$file"
exec git -c core.hooksPath=/dev/null -c core.fsync=committed,reference commit -q -m "start $1" -o "$file"

#!/bin/sh
# tk-hook 1: judges what this repository's task ledger is about to take.
# Written by `tk hooks install`, taken away by `tk hooks uninstall`; docs/enforcement.md says what
# each hook can and cannot stop. A hook that was here before goes on working: it is run from here.
python='@PYTHON@'
package='@PACKAGE@'
name=${0##*/}
foreign="$0.before-tk"
# every commit runs five of these: what sh can find out by itself costs no process, and what it need
# not even read costs nothing, so the usual commit of code alone is let go above the rest
folder=${GIT_DIR:-.git}
[ -d "$folder" ] || folder=$(git rev-parse --git-dir)
own="$folder/tk/judged"

pass() { # nothing to judge: hand over to the hook that was here before, if there is one
	[ -x "$foreign" ] || exit 0
	exec "$foreign" "$@"
}

note() { # what this very git asked; written over, since ext4 flushes what is cut off to be new
	echo "$PPID" 2>/dev/null 1<>"$folder/tk/$1"
}

was_clean() { # did this very git ask a moment ago, in pre-commit?
	[ -f "$folder/tk/clean" ] && read -r asker <"$folder/tk/clean" && [ "$asker" = "$PPID" ]
}

was_heard() { # did commit-msg find the words of this very git's commit in order?
	[ -f "$folder/tk/heard" ] && read -r asker <"$folder/tk/heard" && [ "$asker" = "$PPID" ]
}

alone() { # is no other hook chained that could have changed what is committed?
	for other in pre-commit prepare-commit-msg commit-msg; do
		[ ! -x "${0%/*}/$other.before-tk" ] || return 1
	done
}

if [ "$name" = reference-transaction ]; then
	[ "$1" = prepared ] || pass "$@" # nothing can be refused any more
	was_clean && was_heard && alone && pass "$@"
fi

look() { # git as it is: no replaced objects, no cached history, no option from outside
	GIT_NO_REPLACE_OBJECTS=1 GIT_GRAFT_FILE=/nonexistent GIT_LITERAL_PATHSPECS=0 \
		git -c core.commitGraph=false "$@"
}

ledger() { # the same for .tasks, and for any name in the root folder that could be taken for it
	look "$@" -- ':(icase,glob).tasks*' ':(icase,glob).tasks*/**' \
		':(icase,glob)tasks~*' ':(icase,glob)tasks~*/**' \
		':(glob)*[! -~]*' ':(glob)*[! -~]*/**'
}

charges() { # does a message have a line that counts?
	while read -r word _; do
		case $word in Tk-Task: | Tk-Spend: | Tk-Tokens* | Tk-Cost:) return 0 ;; esac
	done <"$1"
	return 1
}

asks_for_attribution() { # the file will do for a hint; the server reads the commit
	if ! [ -f .tasks/config.yaml ]; then # a sparse checkout leaves it out
		look cat-file blob HEAD:.tasks/config.yaml 2>/dev/null | grep -qx 'attribution: required'
		return
	fi
	# sh reads a file letter by letter, which takes as long as git itself does
	[ "$folder/tk/anybody" -nt .tasks/config.yaml ] && return 1
	while read -r line; do
		[ "$line" != 'attribution: required' ] || return 0
	done <.tasks/config.yaml
	echo 2>/dev/null >"$folder/tk/anybody"
	return 1
}

task() { # the task that is worked on here: as told, as tk work left it, or by the branch's name
	id=${TK_TASK-}
	[ -n "$id" ] || ! [ -f "$folder/tk/task" ] || read -r id <"$folder/tk/task"
	if [ -z "$id" ]; then
		read -r head <"$folder/HEAD"
		case $head in 'ref: refs/heads/tk/'*) id=${head#ref: refs/heads/tk/} ;; esac
	fi
	case $id in '' | *[!a-z0-9_-]*) return 1 ;; esac
	[ -f ".tasks/$id.yaml" ] || look cat-file -e "HEAD:.tasks/$id.yaml" 2>/dev/null
}

attribute() { # work on a task's branch says which task it is for
	[ "${2-}" != merge ] && ! [ -e "$folder/MERGE_HEAD" ] && task || return 0
	! git diff-index --cached --quiet HEAD -- . ':(exclude).tasks' 2>/dev/null || return 0
	git interpret-trailers --in-place --if-exists doNothing --trailer "Tk-Task: $id" "$1"
}

case $name in
pre-commit | prepare-commit-msg)
	[ "$name" = pre-commit ] || attribute "$@"
	if ! [ -e "$folder/MERGE_HEAD" ]; then
		[ "$name" = prepare-commit-msg ] && was_clean && pass "$@"
		if ledger diff-index --cached --quiet --ignore-submodules=none HEAD 2>/dev/null; then
			note clean
			pass "$@"
		fi
	fi
	;;
commit-msg)
	if ! charges "$1" && ! asks_for_attribution; then
		note heard
		pass "$@"
	fi
	;;
esac

pass_input() { # the same, with the standard input that was read already
	[ -x "$foreign" ] || exit 0
	printf '%s\n' "$input" | "$foreign" "$@"
	exit $?
}

judged() { # was just this found legal by the door before?
	[ -f "$own" ] && read -r verdict <"$own" && [ "$verdict" = "$1" ]
}

read_input() { # few lines by sh itself, which saves a process; many by cat, which is faster
	input=
	lines=0
	while [ $lines -lt 8 ] && IFS= read -r line; do
		input="$input${input:+
}$line"
		lines=$((lines + 1))
	done
	[ $lines -lt 8 ] || input="$input
$(cat)"
}

on_a_branch() {
	read -r head <"$folder/HEAD"
	case $head in
	'ref: refs/heads/.invalid') git symbolic-ref -q HEAD >/dev/null ;; # reftable keeps it elsewhere
	ref:*) ;;
	*) return 1 ;;
	esac
}

was_asked() { # did tk sync ask this door about all that is pushed but claims and messages?
	asked=1
	while read -r line; do
		line=${line% *} # what the remote has
		ref=${line##* }
		line=${line% *}
		case $ref in refs/tk/claims/* | refs/tk/inbox/*) continue ;; esac
		judged "push ${line##* }" || return 1
		asked=0
	done <<EOF
$input
EOF
	return $asked
}

take_turn() { # those who push to the server's own branch, one by one; who is late by then is told so
	on_a_branch && [ $lines -lt 8 ] && command -v flock >/dev/null || return 0
	case "$input
" in *" ${head#ref: }
"*) ;; *) return 0 ;; esac
	[ -d "$folder/tk" ] || mkdir -p "$folder/tk" 2>/dev/null
	{ : >>"$folder/tk/turn"; } 2>/dev/null || return 0
	exec 9>>"$folder/tk/turn"
	flock -w 10 9 # without a turn after ten seconds; nothing but time rests on it
	while read -r old _ ref; do
		case $old in *[!0]*) ;; *) old= ;; esac
		now= # mostly it is a file; what else it may be knows git
		[ -f "$folder/$ref" ] && read -r now <"$folder/$ref"
		[ "$now" = "$old" ] || [ "$(git rev-parse --quiet --verify "$ref")" = "$old" ] || {
			echo "tk: $ref moved meanwhile, so this was not judged" >&2
			echo "  remedy: tk sync, or git fetch, git merge and push again" >&2
			exit 1
		}
	done <<EOF
$input
EOF
}

advance() { # the usual push: the tip takes the place of the one it goes on from, as in baseline.py
	[ $lines -lt 8 ] && [ -f "$folder/tk/validated" ] && command -v flock >/dev/null || return 1
	old= tip= claims=
	while read -r was new ref; do
		case $ref in
		refs/tk/claims/*) claims=1 ;;
		refs/heads/*)
			[ -z "$old" ] || return 1
			old=$was tip=$new
			;;
		*) return 1 ;;
		esac
	done <<EOF
$input
EOF
	# once a day python forgets when claims were seen that are none any more
	[ -z "$claims" ] || [ -n "$(find "$folder/tk/tidied" -mtime -1 2>/dev/null)" ] || return 1
	[ -n "$old" ] || return 0
	case $old in *[!0]*) ;; *) return 1 ;; esac
	case $tip in *[!0]*) ;; *) return 1 ;; esac
	look merge-base --is-ancestor "$old" "$tip" && { : >>"$folder/tk/lock"; } 2>/dev/null || return 1
	exec 8>>"$folder/tk/lock"
	flock -w 30 8 && put_in_place
	moved=$?
	exec 8>&- # python would wait for it
	return $moved
}

put_in_place() { # in the file of validated tips, $tip for $old; where they are many, python is faster
	known= count=0
	while read -r oid; do
		count=$((count + 1))
		[ $count -lt 100 ] || return 1
		[ "$oid" = "$old" ] || [ "$oid" = "$tip" ] || known="$known$oid
"
	done <"$folder/tk/validated"
	printf '%s%s\n' "$known" "$tip" >"$folder/tk/validated.$$" &&
		mv -f "$folder/tk/validated.$$" "$folder/tk/validated" && return
	rm -f "$folder/tk/validated.$$"
	return 1
}

judge() {
	if ! [ -x "$python" ] || ! [ -d "$package/tkledger" ]; then
		echo "tk: $python with tkledger is gone, so $name cannot judge this" >&2
		echo "  remedy: install tk again and run: tk hooks install" >&2
		exit 1
	fi
	# -I: nothing of the repository, the folder one stands in or the environment is imported
	exec "$python" -I -c 'import sys; sys.path.insert(0, sys.argv.pop(1))
try:
	from tkledger.doors import run
except ImportError as error:
	sys.exit(f"tk: {sys.argv[1]} cannot judge this: {error}\n  remedy: install tk again and run: tk hooks install")
run(sys.argv[1:])' "$package" "$name" "$foreign" "$@"
}

case $name in
prepare-commit-msg)
	if ! [ -e "$folder/MERGE_HEAD" ] && judged "$(git write-tree) $(git rev-parse HEAD)"; then
		pass "$@"
	fi
	judge "$@"
	;;
reference-transaction)
	read_input
	known= # many refs may come to one commit
	while read -r _ new ref; do
		case $ref in
		HEAD) on_a_branch && continue ;;
		refs/heads/*) ;;
		*) continue ;;
		esac
		case $new in ref:*) continue ;; *[!0]*) ;; *) continue ;; esac
		[ "$new" = "$known" ] && continue
		known=$new
		judged "$new" && continue
		# where git cannot tell, nothing is known to be in order
		if found=$(ledger rev-list -2 --full-history "$new" --not --branches --remotes); then
			if ! was_heard; then
				charged=$(look rev-list -1 --grep='^ *Tk-' "$new" --not --branches --remotes) || charged=unknown
				[ -z "$charged" ] || found="$charged for its words"
			fi
			[ -n "$found" ] || continue
		fi
		# the door before judged that one commit, and none that comes with it
		[ "$found" = "$new" ] &&
			judged "$(look rev-parse "$new^{tree}" "$new^@" | tr '\n' ' ' | sed 's/ $//')" && continue
		printf '%s\n' "$input" | judge "$@"
		exit $?
	done <<EOF
$input
EOF
	pass_input "$@"
	;;
pre-push)
	read_input
	[ -n "$input" ] || pass "$@" # all that was to be pushed is late, as git has seen already
	[ $lines -lt 8 ] && was_asked && pass_input "$@"
	printf '%s\n' "$input" | judge "$@"
	exit $?
	;;
pre-receive)
	read_input
	take_turn
	printf '%s\n' "$input" | judge "$@"
	exit $?
	;;
post-receive)
	read_input
	advance && pass_input "$@"
	printf '%s\n' "$input" | judge "$@"
	exit $?
	;;
*)
	judge "$@"
	;;
esac

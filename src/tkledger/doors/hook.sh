#!/bin/sh
# tk-hook 1: checks what is about to enter this repository's task ledger.
# Written from tk's doors/hook.sh, by `tk hooks install` or as a file to copy (hooks/ in tk's source);
# changes here are overwritten. docs/enforcement.md says what each hook can and cannot stop. A hook
# that was here before still runs, from here: as a file whose name ends in @BEFORE@, or under its own
# name in the folder $others, if there is one.
name='@NAME@'
python='@PYTHON@' # none of these is known in a file to copy
package='@PACKAGE@'
others='@OTHERS@'
previous() { # the hook of the name $1 that was here before ours
	if [ -n "$others" ]; then before=$others/$1; else before="${0%/*}/$1@BEFORE@"; fi
}

same_tool() { # do two hooks say below #! that the same tool generated them?
	{ read -r _ && read -r one; } <"$1" && { read -r _ && read -r two; } <"$2" || return 1
	case $one in *generated*) [ "$one" = "$two" ] ;; *) return 1 ;; esac
}

previous "$name"
foreign=$before
case $0 in # another tool's hook runs this one; if that is also the previous one, once is enough
*@CHAINED@) ! same_tool "${0%@CHAINED@}" "$foreign" 2>/dev/null || foreign= ;;
esac

# A commit runs five of these. What sh finds out by itself costs no process, and what it does not
# read costs nothing: so a commit that only changes code leaves above the rest.
folder=${GIT_DIR:-.git}
[ -d "$folder" ] || folder=$(git rev-parse --git-dir)
own="$folder/tk/@JUDGED@"

pass() { # run the previously installed hook, if there is one
	[ -x "$foreign" ] || exit 0
	exec "$foreign" "$@"
}

identify() { # the git process that asks, by its number and its start: numbers are given anew
	asking=
	if [ -r "/proc/$PPID/stat" ]; then
		read -r start <"/proc/$PPID/stat"
		set -- ${start##*) }
		[ -z "${20-}" ] || asking="$PPID ${20}"
	elif ! [ -r /proc/self/stat ]; then
		set -- $(ps -o lstart= -p "$PPID" 2>/dev/null)
		[ $# -eq 0 ] || asking="$PPID $*"
	fi
}

note() { # which git process asked, and below it $2; in place, because ext4 flushes a file truncated to be new
	[ -n "${asking-}" ] || identify
	[ -z "$asking" ] || printf '%s\n' "$asking" ${2+"$2"} 2>/dev/null 1<>"$folder/tk/$1"
}

noted() { # did this git process leave this note?
	[ -f "$folder/tk/$1" ] && read -r asker <"$folder/tk/$1" || return 1
	[ -n "${asking-}" ] || identify
	[ -n "$asking" ] && [ "$asker" = "$asking" ]
}

used() { # the same, and the note has served: this git may go on to another commit
	noted "$1" && echo used 2>/dev/null 1<>"$folder/tk/$1"
}

alone() { # is there no previously installed hook that could have changed what is committed?
	for other in pre-commit prepare-commit-msg commit-msg; do
		previous "$other"
		[ ! -x "$before" ] || return 1
	done
}

look() { # git without replaced objects, cached history or options from the environment
	GIT_NO_REPLACE_OBJECTS=1 GIT_GRAFT_FILE=/nonexistent GIT_LITERAL_PATHSPECS=0 \
		git -c core.commitGraph=false "$@"
}

ledger() { # the same for @TASKS@ and all names in the root folder that could be mistaken for it
	look "$@" -- ':(icase,glob)@TASKS@*' ':(icase,glob)@TASKS@*/**' \
		':(icase,glob)@SHORT@*' ':(icase,glob)@SHORT@*/**' \
		':(glob)*[! -~]*' ':(glob)*[! -~]*/**'
}

has_trailer() { # could a line of the message be a trailer of tk's?
	while read -r line || [ -n "$line" ]; do
		case $line in *@TRAILER@*) return 0 ;; esac
	done <"$1"
	return 1
}

asks() { # has the policy in the checkout the line $1? As a hint; the server reads the commit's. $2: it has not
	if ! [ -f @POLICY@ ]; then # not in a sparse checkout
		look cat-file blob HEAD:@POLICY@ 2>/dev/null | grep -qx " *$1"
		return
	fi
	# sh reads a file byte by byte, which takes as long as starting git
	[ "$folder/tk/$2" -nt @POLICY@ ] && return 1
	while read -r line; do
		[ "$line" != "$1" ] || return 0
	done <@POLICY@
	echo 2>/dev/null >"$folder/tk/$2"
	return 1
}

if [ "$name" = reference-transaction ]; then
	[ "$1" = prepared ] || pass "$@" # too late to reject
	untouched= checked=
	! used @UNTOUCHED@ || untouched=1
	! used @MESSAGE_CHECKED@ || checked=1
	if [ -n "$untouched" ] && [ -n "$checked" ] && alone; then
		# what amends a commit leaves the ledger alone, too, and the signature behind
		asks '@SIGNATURES@' @NO_SIGNATURES@ || asks '@SIGNED_GUARD@' @NO_SIGNED_GUARD@ || pass "$@"
	fi
fi

task() { # the task worked on here: of the environment, of `tk work`, or of the branch's name
	id=${TK_TASK-}
	[ -n "$id" ] || ! [ -f "$folder/tk/@TASK@" ] || read -r id <"$folder/tk/@TASK@"
	if [ -z "$id" ]; then
		read -r head <"$folder/HEAD"
		case $head in 'ref: @BRANCHES@'*) id=${head#ref: @BRANCHES@} ;; esac
	fi
	case $id in '' | @RESERVED@ | [!a-z0-9]* | *[!a-z0-9_-]*) return 1 ;; esac
	[ -f "@TASK_FILE@" ] || look cat-file -e "HEAD:@TASK_FILE@" 2>/dev/null
}

find_python() { # for a copied hook: the Python of the tk on the PATH
	tk=$(command -v tk) && read -r python _ <"$tk" && python=${python#??}
	case $python in */python*) ;; *) python=$(command -v python3 || echo python3) ;; esac
}

at_work() { # the only task that who commits has in progress, as Python found it in this very ledger
	[ -z "${TK_TASK-}" ] && [ "${2-}" != squash ] && ! [ -e "$folder/CHERRY_PICK_HEAD" ] &&
		! [ -d "$folder/rebase-merge" ] && ! [ -d "$folder/rebase-apply" ] || return 1
	who=${TK_ACTOR:-${GIT_AUTHOR_EMAIL-}}
	[ -n "$who" ] && tree=$(look rev-parse --quiet --verify HEAD:@TASKS@) || return 1
	if ! found_before; then
		changes_code || return 1
		[ -n "$python" ] || find_python
		"$python" -I -c 'import sys; sys.path[:0] = filter(None, [sys.argv.pop(1)])
@AT_WORK_ENTRY@
note(*sys.argv[1:])' "$package" "$tree" "$who" 2>/dev/null && found_before || return 1
	fi
	case $id in '' | -* | *[!a-z0-9_-]*) return 1 ;; esac
}

found_before() { # by its ledger and actor
	[ -f "$folder/tk/@AT_WORK@" ] && read -r ledger id actor <"$folder/tk/@AT_WORK@" &&
		[ "$ledger" = "$tree" ] && [ "$actor" = "$who" ]
}

changes_code() { # a tree that is known is faster to compare than an index
	if [ -n "$staged" ]; then
		[ "$(look diff-tree --name-only HEAD "$staged")" != @TASKS@ ]
	else
		! git diff-index --cached --quiet HEAD -- . ':(exclude)@TASKS@' 2>/dev/null
	fi
}

names_a_task() { # does a line of the message already say which task it is for?
	while read -r line || [ -n "$line" ]; do
		case $line in
		@STEP@:*) return 0 ;;
		*'------------------------ >8 ------------------------') return 1 ;; # below it is a diff
		esac
	done <"$1"
	return 1
}

amends() { # does git commit amend a commit, with another message? Only its options say so
	case ${2-} in message | commit) ;; *) return 1 ;; esac
	if ! [ -r "/proc/$PPID/cmdline" ]; then
		case " $(ps -o args= -p "$PPID" 2>/dev/null) " in *' --amend '*) return 0 ;; esac
		return 1
	fi
	words= # sh leaves out what is between them, so this costs no process
	while read -r line || [ -n "$line" ]; do words="$words $line"; done <"/proc/$PPID/cmdline"
	case $words in *--am*) ;; *) return 1 ;; esac
	tr '\0' '\n' <"/proc/$PPID/cmdline" | grep -qx -e '--am\(e\(nd\{0,1\}\)\{0,1\}\)\{0,1\}'
}

keep() { # name the tasks that the commit named which this one amends, if it named any
	named=$(look log -1 --no-show-signature --format=%B HEAD | sed -n 's/^[[:blank:]]*\(@STEP@: *[a-z0-9_-]*\)[[:blank:]]*$/\1/p')
	[ -n "$named" ] || return 1
	while read -r line; do
		git interpret-trailers --in-place --if-exists addIfDifferent --trailer "$line" "$1"
	done <<EOF
$named
EOF
}

tell() { # that the task is in review, so that a commit of code is not taken for work on it
	case ${id-} in -?*) changes_code || return 0 ;; *) return 0 ;; esac
	id=${id#-}
	case $id in *[!a-z0-9_-]*) return 0 ;; esac
	! asks '@ATTRIBUTION@' @NO_ATTRIBUTION@ || return 0 # else it will be refused
	echo "tk: $id is in review, so this commit does not name it; if it is work on it, then:" >&2
	echo "  git commit --amend --no-edit --trailer @STEP@=$id" >&2
}

attribute() { # name the task in the message of a commit that changes more than the ledger
	[ "${2-}" != merge ] && ! [ -e "$folder/MERGE_HEAD" ] && ! names_a_task "$1" || return 0
	! { amends "$@" && keep "$1"; } || return 0
	[ -z "$staged" ] || changes_code || return 0 # what changes a task rarely changes more
	id=
	task || at_work "$@" || { tell && return 0; }
	changes_code || return 0
	git interpret-trailers --in-place --if-exists doNothing --trailer "@STEP@: $id" "$1"
}

judged() { # was the last verdict about this? Only what is legal is noted
	[ -f "$own" ] && read -r verdict <"$own" && [ "$verdict" = "$1" ]
}

settled() { # did pre-commit of this very git find its tree legal? What another process does meanwhile is judged later
	[ -f "$folder/tk/@STAGED@" ] && { read -r _ && read -r staged; } <"$folder/tk/@STAGED@" &&
		used @STAGED@ && alone && [ -f "$own" ] && read -r verdict <"$own" || return 1
	case $verdict in "$staged "*) ;; *) return 1 ;; esac
}

leaves_ledger() { # is the ledger that is about to be committed that of HEAD?
	if [ -e "$folder/tk/@LARGE@" ]; then # git compares an index file by file, of two trees the root folders
		write_tree
		[ -n "$staged" ] && ledger diff-tree --quiet --ignore-submodules=none HEAD "$staged" 2>/dev/null
	else
		ledger diff-index --cached --quiet --ignore-submodules=none HEAD 2>/dev/null
	fi
}

reserved() { # may paths be reserved here?
	common=$folder
	if [ -f "$folder/commondir" ]; then # of another worktree
		read -r common <"$folder/commondir"
		case $common in /*) ;; *) common=$folder/$common ;; esac
	fi
	[ -e "$common/tk/@RESERVED_PATHS@" ]
}

write_tree() {
	[ -n "$staged" ] || staged=$(git write-tree 2>/dev/null)
}

staged= # the tree that the index holds, if it is known
case $name in
pre-commit)
	if ! [ -e "$folder/MERGE_HEAD" ]; then
		if leaves_ledger; then
			note @UNTOUCHED@
			reserved || pass "$@"
		else
			write_tree
			note @STAGED@ "$staged"
		fi
	fi
	;;
prepare-commit-msg)
	settled || staged=
	attribute "$@"
	[ -z "$staged" ] || pass "$@"
	if ! [ -e "$folder/MERGE_HEAD" ]; then
		noted @UNTOUCHED@ && pass "$@"
		write_tree
		judged "$staged $(git rev-parse HEAD)" && pass "$@"
		if leaves_ledger; then
			note @UNTOUCHED@
			pass "$@"
		fi
	fi
	;;
commit-msg)
	if ! has_trailer "$1" && ! asks '@ATTRIBUTION@' @NO_ATTRIBUTION@ &&
		! asks '@LIMITS@' @NO_LIMITS@; then
		note @MESSAGE_CHECKED@
		pass "$@"
	fi
	;;
esac

pass_input() { # run the previously installed hook with the input already read
	[ -x "$foreign" ] || exit 0
	printf '%s\n' "$input" | "$foreign" "$@"
	exit $?
}

read_input() { # up to eight lines by sh itself, which saves a process; the rest by cat, which is faster
	input=
	lines=0
	while [ $lines -lt 8 ] && IFS= read -r line; do
		input="$input${input:+
}$line"
		lines=$((lines + 1))
	done
	[ $lines -lt 8 ] && return
	rest=$(cat)
	[ -z "$rest" ] || input="$input
$rest"
}

on_a_branch() {
	read -r head <"$folder/HEAD"
	case $head in
	'ref: refs/heads/.invalid') git symbolic-ref -q HEAD >/dev/null ;; # reftable has HEAD elsewhere
	ref:*) ;;
	*) return 1 ;;
	esac
}

synced() { # did `tk sync` check all that is pushed, apart from claims and records?
	unchecked=1
	while read -r line; do
		line=${line% *} # without what the remote has
		ref=${line##* }
		line=${line% *}
		case $ref in @CLAIMS@* | @INBOXES@* | @ARTIFACTS@* | @AGENTS@* | @RESERVATIONS@*) continue ;; esac
		judged "push ${line##* }" || return 1
		unchecked=0
	done <<EOF
$input
EOF
	return $unchecked
}

take_turn() { # pushes to the server's own branch, one at a time; reject one whose branch has moved meanwhile
	on_a_branch && [ $lines -lt 8 ] && command -v flock >/dev/null || return 0
	case "$input
" in *" ${head#ref: }
"*) ;; *) return 0 ;; esac
	# not by `:` or `exec` alone: sh ends without a word if a special one cannot open its file; and to
	# read, since another user of a shared repository may have made it
	[ -f "$folder/tk/@TURN@" ] || { true >>"$folder/tk/@TURN@"; } 2>/dev/null
	[ -f "$folder/tk/@TURN@" ] && [ -r "$folder/tk/@TURN@" ] || return 0
	exec 9<"$folder/tk/@TURN@"
	flock -w 10 9 # after ten seconds go on without: turns only save time
	while read -r old _ ref; do
		case $old in *[!0]*) ;; *) old= ;; esac
		now= # usually the ref is a file; if not, ask git
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

advance() { # one branch that moves forward: replace its validated tip, as ValidatedTips.advance does
	[ -e "$folder/tk/@UNPUBLISHED@" ] && return 1 # Python publishes it
	[ $lines -lt 8 ] && [ -f "$folder/tk/@VALIDATED@" ] && command -v flock >/dev/null || return 1
	old= tip= claims=
	while read -r was new ref; do
		case $ref in
		@CLAIMS@*) claims=1 ;;
		refs/heads/*)
			[ -z "$old" ] && passed "$was $new $ref" || return 1
			old=$was tip=$new
			;;
		*) return 1 ;;
		esac
	done <<EOF
$input
EOF
	# once a day Python drops the first-seen times of claims that no longer exist
	[ -z "$claims" ] || [ -n "$(find "$folder/tk/@TIDIED@" -mtime -1 2>/dev/null)" ] || return 1
	[ -n "$old" ] || return 0
	case $old in *[!0]*) ;; *) return 1 ;; esac
	case $tip in *[!0]*) ;; *) return 1 ;; esac
	[ -f "$folder/tk/@LOCK@" ] && [ -r "$folder/tk/@LOCK@" ] && [ -w "$folder/tk" ] || return 1
	look merge-base --is-ancestor "$old" "$tip" || return 1
	exec 8<"$folder/tk/@LOCK@"
	[ ! -g "$folder" ] || umask 002 # the next user of a shared repository reads the file
	flock -w 30 8 && put_in_place
	moved=$?
	exec 8>&- # Python waits for it, too
	return $moved
}

passed() { # did pre-receive find this line of a push legal, lately?
	count=0
	[ -f "$folder/tk/@PASSED@" ] || return 1
	while [ $count -lt 100 ] && read -r legal; do
		[ "$legal" != "$1" ] || return 0
		count=$((count + 1))
	done <"$folder/tk/@PASSED@"
	return 1
}

put_in_place() { # $tip for $old in the file of validated tips; if there are many, Python is faster
	known= count=0
	while read -r oid || [ -n "$oid" ]; do
		count=$((count + 1))
		[ $count -lt 100 ] || return 1
		[ "$oid" = "$old" ] || [ "$oid" = "$tip" ] || known="$known$oid
"
	done <"$folder/tk/@VALIDATED@"
	printf '%s%s\n' "$known" "$tip" >"$folder/tk/@VALIDATED@.$$" &&
		mv -f "$folder/tk/@VALIDATED@.$$" "$folder/tk/@VALIDATED@" && return
	rm -f "$folder/tk/@VALIDATED@.$$"
	return 1
}

closed() { # does $way, on the way to the file $1, keep this user from it?
	way=$1
	for _ in 1 2 3 4 5 6 7 8; do
		[ -L "$way" ] || break
		link=$(readlink "$way")
		case $link in /*) way=$link ;; *) way=${way%/*}/$link ;; esac
	done
	while [ -n "$way" ] && ! [ -e "$way" ]; do way=${way%/*}; done
	[ -n "$way" ] && ! [ -x "$way" ]
}

missing() { # say why there is no tk to judge with, and end
	if closed "$python" || closed "$package/tkledger"; then
		echo "tk: $name cannot judge this: user $(id -un) has no access to $way, where its tk is" >&2
		echo "  remedy: install tk where every user can run it, and with that one: @INSTALL@" >&2
	else
		echo "tk: $python with tkledger is gone, so $name cannot judge this" >&2
		echo "  remedy: install tk again and run: @INSTALL@" >&2
	fi
	exit 1
}

judge() {
	[ -n "$python" ] || find_python
	[ -x "$python" ] && { [ -z "$package" ] || [ -d "$package/tkledger" ]; } || missing
	# -I: import nothing from the repository, the current folder or the environment; collecting garbage
	# would take a tenth of the time, from the first import on
	exec "$python" -I -c 'import gc, sys; gc.disable(); sys.path[:0] = filter(None, [sys.argv.pop(1)])
try:
	@ENTRY@
except ImportError as error:
	sys.exit(f"tk: {sys.argv[1]} cannot judge this: {error}\n  remedy: install tk again and run: @INSTALL@")
run(sys.argv[1:])' "$package" "$name" "$foreign" "$@"
}

judged_before() { # did the hook before judge the tree of the commit $1 on its parents?
	judged "$(echo $(look rev-parse "$1^{tree}" "$1^@"))"
}

is_unknown() { # comes the commit $1 with any that no branch or remote has?
	[ -n "$(look rev-list -1 "$1" --not --branches --remotes)" ]
}

is_foreseen() { # comes the commit $1 alone, and did the hook before judge its tree on its parents?
	[ -f "$own" ] && read -r verdict <"$own" || return 1
	new=$(look rev-list -2 --format='%T %P' "$1" --not --branches --remotes)
	[ "${new% }" = "commit $1
$verdict" ]
}

is_new() { # does the commit $1, or any that comes with it, need judging?
	judged "$1" && return 1
	[ -n "$checked" ] && is_foreseen "$1" && return 1
	# if git cannot tell, Python looks
	if found=$(ledger rev-list -2 --full-history "$1" --not --branches --remotes); then
		if [ -z "$checked" ]; then # by its bytes, whatever encoding it says it has
			charged=$(look rev-list -1 --encoding=none --fixed-strings --grep='@TRAILER@' "$1" --not --branches --remotes) ||
				charged=unknown
			[ -z "$charged" ] || found="$charged for its message"
		fi
		[ -n "$found" ] || { [ -z "$checked" ] && asks '@LIMITS@' @NO_LIMITS@ && is_unknown "$1"; } || return 1
	fi
	[ "$found" != "$1" ] || ! judged_before "$1" # no other comes with it
}

all_known() { # is nothing to be judged of what the branches, or a HEAD on no branch, move to?
	known= # many refs may move to one commit
	while read -r _ new ref; do
		case $ref in
		HEAD) on_a_branch && continue ;;
		refs/heads/*) ;;
		*) continue ;;
		esac
		case $new in ref:*) continue ;; *[!0]*) ;; *) continue ;; esac
		[ "$new" = "$known" ] && continue
		known=$new
		! is_new "$new" || return 1
	done <<EOF
$input
EOF
}

judge_input() {
	printf '%s\n' "$input" | judge "$@"
	exit $?
}

case $name in
reference-transaction)
	read_input
	all_known && pass_input "$@"
	judge_input "$@"
	;;
pre-push)
	read_input
	[ -n "$input" ] || pass "$@" # git has seen that all of the push is late
	[ $lines -lt 8 ] && synced && pass_input "$@"
	judge_input "$@"
	;;
pre-receive)
	read_input
	take_turn
	judge_input "$@"
	;;
post-receive)
	read_input
	advance && pass_input "$@"
	judge_input "$@"
	;;
pre-commit)
	judge "$@" "$staged"
	;;
*)
	judge "$@"
	;;
esac

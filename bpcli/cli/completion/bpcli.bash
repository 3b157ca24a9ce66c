# Completion of bpcli in bash.
_bpcli_completion() {
    local words=() word gap answer i
    local rest=${COMP_LINE:0:COMP_POINT}
    # bash cuts words at = and :, which belong to ours: pieces with nothing between them are put together again
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        [[ $i -eq $COMP_CWORD && $rest != *"$word"* ]] && word=$2 # the cursor stands within the word
        gap=${rest%%"$word"*}
        rest=${rest:$((${#gap} + ${#word}))}
        if [[ $i -gt 0 && -z $gap && -n $word ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
    done
    local current=${words[${#words[@]} - 1]}
    local before=${current%"$2"} # what bash takes for words before the one that it completes
    COMPREPLY=()
    while IFS= read -r answer; do
        if [[ $answer == :files ]]; then
            compopt -o default -o filenames 2>/dev/null
            COMPREPLY=()
            return
        fi
        answer=${answer%%$'\t'*}
        COMPREPLY+=("${answer#"$before"}")
    done < <(_BPCLI_COMPLETE=1 "$1" "${words[@]:1}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == *[=.] ]]; then
        compopt -o nospace 2>/dev/null # a value or the name of a part comes next
    fi
}
complete -F _bpcli_completion bpcli

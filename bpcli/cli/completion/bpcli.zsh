#compdef bpcli
# Completion of bpcli in zsh.
_bpcli() {
    local answer word meaning
    local -a done open
    for answer in "${(@f)$(_BPCLI_COMPLETE=1 ${words[1]} "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
        if [[ $answer == :files ]]; then
            compset -P '*=' # a file may be the value of a key or of an option
            _files
            return
        fi
        [[ -n $answer ]] || continue
        word=${answer%%$'\t'*}
        meaning=${answer#$word}
        answer=${word//:/\\:}${meaning:+:${meaning#$'\t'}}
        if [[ $word == *[=.] ]]; then
            open+=($answer) # a value or the name of a part comes next
        else
            done+=($answer)
        fi
    done
    local found=1
    (( $#done )) && _describe bpcli done && found=0
    (( $#open )) && _describe bpcli open -S '' && found=0
    return found
}
if [[ $funcstack[1] == _bpcli ]]; then # the first Tab, when zsh has just loaded this file
    _bpcli "$@"
else
    compdef _bpcli bpcli
fi

# Completion of bpcli in fish.
function __bpcli_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l answers (_BPCLI_COMPLETE=1 $words[1] $words[2..] "$current" 2>/dev/null)
    if test "$answers[1]" != :files
        printf '%s\n' $answers
    else if string match -q '*=*' -- $current # a file may be the value of a key or of an option
        set -l parts (string split -m 1 = -- $current)
        printf "$parts[1]=%s\n" (__fish_complete_path $parts[2])
    else
        __fish_complete_path $current
    end
end
complete -c bpcli -f -a '(__bpcli_complete)'

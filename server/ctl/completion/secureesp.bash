# bash completion for secureesp(1)

# Which daemon the line is for: its own --server or --socket.
_secureesp_where=()

# What the daemon names. What is inserted is the shell's to evaluate, so that only plain words pass.
_secureesp_first_column() {
    secureesp "${_secureesp_where[@]}" "$@" list 2>/dev/null | awk 'NR > 1 && $1 ~ /^[A-Za-z0-9][A-Za-z0-9._:-]*$/ { print $1 }'
}

# Boards: names of images without version and pre-release.
_secureesp_boards() {
    _secureesp_first_column images |
        sed -E 's/-v?[0-9]+(\.[0-9A-Za-z]+)+-[A-Za-z][0-9A-Za-z.]*$//; t; s/-[^-]*$//' | sort -u
}

# Prints the options of "GROUP VERB".
_secureesp_options() {
    case $1 in
        doctor*) echo '--config --broker-config' ;;
        setup*) echo '--name --admin --password-file --ca-elsewhere --new-ca --restore --passphrase-file --dry-run' ;;
        'devices list') echo '--online --offline --state --image --filter --group --outdated --failed --drifted --sort --columns --limit' ;;
        'devices events') echo '--event --limit' ;;
        'devices tag') echo '--add --remove --force' ;;
        'devices history') echo '--since --csv' ;;
        'devices label') echo '--name --place --note --clear --force' ;;
        'devices hold') echo '--reason --force' ;;
        'devices pin' | 'devices channel' | 'devices unhold' | 'devices unpin') echo '--force' ;;
        'groups set' | 'groups channel' | 'groups remove') echo '--yes --force' ;;
        'devices canary') echo '--off --force' ;;
        'devices forget') echo '--force' ;;
        'devices replace') echo '--reason --force' ;;
        'devices watch') echo '--online --offline --state --image --filter --interval' ;;
        'devices key') echo '--key' ;;
        'devices revoke') echo '--reason' ;;
        'enrolments list') echo '--state' ;;
        'enrolments add') echo '--code' ;;
        'enrolments approve') echo '--key --any-key' ;;
        'enrolments open') echo '--for --at-most' ;;
        'images list') echo '--limit' ;;
        'images add') echo '--name --literal-name --embeds --publish --channel' ;;
        'images publish') echo '--channel --force' ;;
        'images promote' | 'images remove') echo '--force' ;;
        'images withdraw') echo '--force' ;;
        'images reissue') echo '--literal-name --from --trust --to' ;;
        'images must-pass') echo '--off --force' ;;
        'rollouts show') echo '--all' ;;
        'rollouts create')
            echo '--image --config --fleet --force --all --filter --group --phases --rate --at-once --site --per-site --start --window'
            echo '--success --soak --failures --timeout --canaries-first --dry-run --yes'
            ;;
        events*) echo '--follow --lines --event --filter' ;;
        'boards set') echo '--policy --force' ;;
        chain*) echo '--channel --dot' ;;
        'images verify') echo '--key' ;;
        'images sign') echo '--key' ;;
        'images describe') echo '--name --literal-name --trust --append-to' ;;
        'keys add') echo '--name' ;;
        'keys remove') echo '--force --dry-run' ;;
        'keys retire') echo '--undo --force --dry-run' ;;
        'webhooks add') echo '--name --event --filter --secret' ;;
        'users add') echo '--role --no-password --password-file' ;;
        'users passwd') echo '--password-file' ;;
        'tokens create') echo '--role --days' ;;
        'backup create') echo '--keys --passphrase-file --into --keep --force --pki --root' ;;
        'backup verify') echo '--passphrase-file' ;;
        'backup restore') echo '--passphrase-file --root --state --config --pki' ;;
        'audit list') echo '--since --who --object --limit' ;;
        'audit verify') echo '--anchor' ;;
        'pki init') echo '--name --root --days --rsa --force' ;;
        'pki intermediate') echo '--name --days --rsa --force' ;;
        'pki server') echo '--dns --ip --request --days --rsa --force' ;;
        'pki client') echo '--role --days --rsa --force' ;;
        'pki device') echo '--days --rsa --force' ;;
        'pki list') echo '--state --limit' ;;
        'pki revoke') echo '--reason --force' ;;
        'pki crl') echo '--days --out' ;;
        'pki record') ;;
        'pki renew') echo '--before --ca --reload --dry-run --request --answer --no-daemon' ;;
        'pki rotate') echo '--name --days --rsa --leave-behind' ;;
        'pki signing') echo '--ec --force' ;;
        'settings show') echo '--fleet --group --effective' ;;
        'settings set') echo '--fleet --group --yes --dry-run --send --force' ;;
        'settings unset') echo '--fleet --group --yes --dry-run --send' ;;
        'settings patch') echo '--fleet --group --yes --dry-run --send --force --replace' ;;
        'settings revert') echo '--yes --dry-run --send --force' ;;
        'wifi set') echo '--all --state --image --filter --group --yes --networks --ssid --canary --skip' ;;
        login*) echo '--name --user --token-file --password-file --fingerprint' ;;
        'servers use') echo '--none' ;;
        'command list') echo '--state --command --limit' ;;
        'command show' | 'command cancel') ;;
        command*) echo '--all --filter --group --outdated --failed --drifted --yes --wait --force' ;;
    esac
    case $1 in
        setup* | doctor* | 'images sign' | 'images describe' | 'pki init' | 'pki signing') ;; # this machine alone
        'backup verify' | 'backup list' | 'backup restore') ;;
        *) echo '--server' ;;
    esac
    echo '--json --socket --help'
}

_secureesp_states() {
    case $1 in
        devices) echo 'online offline revoked' ;;
        wifi) echo 'online offline' ;;
        enrolments) echo 'listed pending approved rejected enrolled' ;;
        command) echo 'queued sent accepted done failed expired cancelled waiting' ;;
        pki) echo 'good revoked on-hold expired not-yet-valid' ;;
    esac
}

_secureesp_verbs() {
    case $1 in
        devices) echo 'list show events history watch forget tag label hold unhold pin unpin channel canary replace revoke readmit key' ;;
        groups) echo 'list show set channel remove' ;;
        enrolments) echo 'list add approve reject remove open close' ;;
        images) echo 'add list publish promote withdraw must-pass remove reissue verify sign describe' ;;
        rollouts) echo 'create list show watch pause resume abort retry remove' ;;
        boards) echo 'list set' ;;
        keys) echo 'add list remove retire rotate' ;;
        pki) echo 'init intermediate server device client list record renew revoke crl rotate signing' ;;
        command) echo 'list show cancel' ;;
        settings) echo 'show set unset patch history diff revert schema' ;;
        wifi) echo 'set status' ;;
        webhooks) echo 'list show add test remove' ;;
        users) echo 'list add role passwd remove' ;;
        tokens) echo 'list create remove' ;;
        alerts) echo 'list test' ;;
        audit) echo 'list verify anchor' ;;
        servers) echo 'list use remove' ;;
        backup) echo 'create verify list restore' ;;
    esac
}

# Prints what the next argument of "GROUP VERB" may be, or "FILE" for a path.
_secureesp_arguments() {
    case $1 in
        'devices show' | 'devices events' | 'devices history' | 'devices replace' | 'devices forget' | 'command list' | 'command cancel') _secureesp_first_column devices ;;
        'devices tag' | 'devices label' | 'devices hold' | 'devices unhold' | 'devices unpin' | 'devices canary') _secureesp_first_column devices ;;
        'devices pin') _secureesp_first_column devices && _secureesp_first_column images ;;
        'devices channel') _secureesp_first_column devices && echo 'stable beta none' ;;
        events*) _secureesp_first_column devices ;;
        'rollouts create') ;; # a new name
        rollouts*) _secureesp_first_column rollouts ;;
        'groups show' | 'groups remove') _secureesp_first_column groups ;;
        'groups channel') _secureesp_first_column groups && echo 'stable beta none' ;;
        'devices revoke' | 'devices readmit' | 'devices key') _secureesp_first_column devices ;;
        'enrolments approve' | 'enrolments reject' | 'enrolments remove') _secureesp_first_column enrolments ;;
        'images publish' | 'images promote' | 'images withdraw' | 'images must-pass' | 'images remove' | 'images reissue') _secureesp_first_column images ;;
        'keys remove' | 'keys retire' | 'keys rotate') _secureesp_first_column keys ;;
        'images verify') _secureesp_first_column images && echo FILE ;;
        'pki list') _secureesp_first_column devices ;;
        'pki revoke') _secureesp_first_column pki ;;
        'pki rotate') echo 'start status issue finish abort' FILE ;;
        'images add' | 'images sign' | 'images describe' | 'keys add' | pki* | backup*) echo FILE ;;
        'settings show' | 'settings set' | 'settings unset') _secureesp_first_column devices ;;
        'settings patch') _secureesp_first_column devices && echo FILE ;;
        'settings schema') echo 'show add remove' FILE ;;
        'settings revert' | 'settings diff') secureesp "${_secureesp_where[@]}" settings history 2>/dev/null | awk 'NR > 1 && $1 ~ /^[0-9]+$/ { print $1 }' ;;
        'webhooks show' | 'webhooks test' | 'webhooks remove') _secureesp_first_column webhooks ;;
        'users role') _secureesp_first_column users && echo 'viewer operator administrator' ;;
        'users passwd' | 'users remove') _secureesp_first_column users ;;
        'tokens remove') _secureesp_first_column tokens ;;
        'wifi set') _secureesp_first_column devices ;;
        'wifi status') secureesp "${_secureesp_where[@]}" wifi status 2>/dev/null | awk 'NR > 1 && $1 ~ /^[0-9]+$/ { print $1 }' ;;
        logout* | 'servers use' | 'servers remove') _secureesp_first_column servers ;;
        'command show') ;; # a number
        chain* | 'boards set') _secureesp_boards ;;
        help*) echo 'setup doctor status devices groups events enrolments command settings wifi images rollouts boards chain keys pki webhooks alerts users tokens audit login logout servers backup' ;;
        command*) echo 'firmware flash reboot ca cert key config' ;;
    esac
}

_secureesp() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local first=1 group verb words word i

    _secureesp_where=()
    for ((i = 1; i + 1 < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} != --@(server|socket) ]] || _secureesp_where=("${COMP_WORDS[@]:i:2}")
    done
    while ((first < COMP_CWORD)) && [[ ${COMP_WORDS[first]} == --* ]]; do
        [[ ${COMP_WORDS[first]} != --@(server|socket) ]] || ((first++))
        ((first++))
    done
    group=${COMP_WORDS[first]} verb=${COMP_WORDS[first + 1]}
    COMPREPLY=()
    compopt +o default 2>/dev/null
    case $prev in
        --socket | --out | --token-file | --networks | --key | --trust | --embeds | --append-to | --from | --to | --secret | --config | --password-file | --passphrase-file | --into | --root | --pki | --broker-config | --request | --ca-elsewhere | --restore)
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            compopt -o filenames 2>/dev/null
            return
            ;;
        --reason)
            words='unspecified keyCompromise CACompromise affiliationChanged superseded'
            words+=' cessationOfOperation certificateHold privilegeWithdrawn'
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
            return
            ;;
        --state)
            mapfile -t COMPREPLY < <(compgen -W "$(_secureesp_states "$group")" -- "$cur")
            return
            ;;
        --event)
            words='boot command accepted trial error will reboot shared-identity download revoked readmitted'
            words+=' replaced limited enrolment enrolment-refused key key-refused rollout'
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
            return
            ;;
        --channel)
            mapfile -t COMPREPLY < <(compgen -W 'stable beta' -- "$cur")
            return
            ;;
        --server)
            mapfile -t COMPREPLY < <(compgen -W "$(_secureesp_first_column servers)" -- "$cur")
            return
            ;;
        --leave-behind)
            mapfile -t COMPREPLY < <(compgen -W "$(_secureesp_first_column devices)" -- "$cur")
            return
            ;;
        --role)
            words='monitor homeassistant operator'
            [[ $group == users || $group == tokens ]] && words='viewer operator administrator'
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
            return
            ;;
        --name | --admin | --place | --note | --days | --dns | --ip | --image | --interval | --for | --ssid | --canary | --filter | --add | --remove | --since | --who | --object | --anchor | --phases | --rate | --at-once | --site | --per-site | --start | --window | --success | --soak | --failures | --timeout | --lines | --user | --fingerprint | --keep) return ;;
        --policy)
            mapfile -t COMPREPLY < <(compgen -W 'step leap' -- "$cur")
            return
            ;;
        --group)
            mapfile -t COMPREPLY < <(compgen -W "$(_secureesp_first_column groups)" -- "$cur")
            return
            ;;
        --sort | --columns)
            words='mac state image rssi heap uptime seen note name error build ip reboots loop mqtt firstseen tags group channel hold pin canary label place'
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
            return
            ;;
    esac
    if ((COMP_CWORD <= first)); then
        words='setup doctor status devices groups events enrolments command settings wifi images rollouts boards chain keys pki webhooks alerts users tokens audit login logout servers backup help --version --help --server --socket'
    elif [[ $cur == -* ]]; then
        words=$(_secureesp_options "$group $verb")
    elif ((COMP_CWORD == first + 1)); then
        words=$(_secureesp_verbs "$group")
        [[ $group == command ]] && words+=" $(_secureesp_first_column devices)"
        [[ -z $words ]] && words=$(_secureesp_arguments "$group")
    else
        words=$(_secureesp_arguments "$group $verb")
    fi
    if [[ $words == *FILE* ]]; then
        words=${words/FILE/}
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        compopt -o filenames 2>/dev/null
    fi
    # Not by compgen -W, which expands the words as the shell would.
    while read -r word; do
        [[ -n $word && $word == "$cur"* ]] && COMPREPLY+=("$word")
    done < <(tr -s ' ' '\n' <<<"$words")
}

complete -F _secureesp secureesp

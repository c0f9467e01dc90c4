# SPDX-License-Identifier: MPL-2.0
case "$TERM" in
dumb) PS1='\u@\h:\w\$ ' ;;
*) PS1='\[\e[1;32m\]\u@\h\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ ' ;;
esac
alias ls='ls --color=auto'
alias grep='grep --color=auto'
alias ll='ls -l'
HISTFILE=
shopt -s checkwinsize

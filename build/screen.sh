# Where a step of the build tells its progress. To be sourced.
# MSBuild prints what its steps say, but for "dotnet run", which builds without a word. A first build takes a minute or more:
# so there the step writes to the terminal, or to where "dotnet run" writes itself.

# screen MSBUILD: prints where the progress of a step goes that the process MSBUILD runs.
screen() {
  case " $(tr '\0' ' ' < "/proc/$1/cmdline" 2>/dev/null || ps -o args= -p "$1") " in
    *dotnet*" run "* | *dotnet*" watch "*)
      if (: > /dev/tty) 2>/dev/null; then echo /dev/tty
      elif [ -w "/proc/$1/fd/2" ]; then echo "/proc/$1/fd/2"
      else echo -
      fi ;;
    *) echo - ;;
  esac
}

# tell SCREEN TEXT: one line of progress; "-" is the standard error, which MSBuild prints.
tell() {
  if [ "$1" = - ]; then printf '%s\n' "$2" >&2; else printf '%s\n' "$2" >> "$1"; fi
}

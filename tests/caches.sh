# Gives .NET and npm empty caches of their own below a folder. To be sourced:   . tests/caches.sh FOLDER
mkdir -p "$1"
export npm_config_cache="$1/npm"
export NUGET_PACKAGES="$1/nuget" NUGET_HTTP_CACHE_PATH="$1/nuget-http" NUGET_PLUGINS_CACHE_PATH="$1/nuget-plugins"
export DOTNET_CLI_HOME="$1/dotnet"

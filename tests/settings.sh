# Forgets all settings of the product that a developer has in their environment: a check must not meet their database. To be sourced.
for name in $(compgen -e); do
  case $name in
    *__* | DATABASE_URL | PORT | POSTGRES_* | CONSILIUM_* | ASPNETCORE_* | DOTNET_ENVIRONMENT | AI_PROVIDER | OPENAI_* | GROQ_* | GEMINI_* | GOOGLE_*) unset "$name" ;;
  esac
done

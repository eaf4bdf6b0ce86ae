set(SUITE_COMPONENTS core)
set(SUITE_TIMEOUT_SECONDS 900)  # a hundred thousand histories beside a slow reference

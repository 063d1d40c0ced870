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
RUN npm run build && npm prune --omit=dev

FROM node:20.20-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node --mode=0700 /backups
# Fewer arenas and a small young generation: a worker stays below 400 MB, and is not slower for it.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
WORKDIR /moveout
COPY --from=build /moveout/package.json ./
COPY --from=build /moveout/node_modules ./node_modules
COPY --from=build /moveout/scripts/worker-health.mjs ./scripts/
COPY --from=build /moveout/dist ./dist
USER node
VOLUME /backups
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s \
  CMD ["node", "scripts/worker-health.mjs"]
CMD ["node", "--max-old-space-size=512", "dist/worker/main.js"]

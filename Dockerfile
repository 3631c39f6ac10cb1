# One image for every role; the command picks it: registry, shadow, broker-gateway, rules, gateway or standalone.
# The version of Node is the one that the tests run on.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Not "npm ci": it refuses a lock file without the builds of native packages for every other platform. What the lock file
# names is installed as it says.
RUN npm install --no-save --omit=dev --no-audit --no-fund

FROM dependencies AS build
RUN npm install --no-save --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY apps ./apps
COPY libs ./libs
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json && rm dist/.tsbuildinfo

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    THINGCORE_DATA_DIR=/var/lib/thingcore
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY docker ./docker
# The one folder that is written to beside /tmp: the root file system may be read-only. A number, so that Kubernetes can see
# that it is not root.
RUN install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/thingcore
USER 10001:10001
VOLUME /var/lib/thingcore
EXPOSE 3000 8443 8883 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=240s --retries=3 CMD ["node", "/app/docker/healthcheck.mjs"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--max-semi-space-size=32", "/app/docker/entrypoint.mjs"]
CMD ["standalone"]

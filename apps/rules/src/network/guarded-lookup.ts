import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { IotError } from '#thingcore/errors';
import type { PrivateHosts } from './private-hosts.js';

/**
 * Resolves names for connections that rules ask for, to addresses they may reach. It is the connection itself that asks,
 * so that a name which changes its address between a check and its use gains nothing.
 */
export function guardedLookup(hosts: PrivateHosts): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const allowed = addresses.filter(({ address }) => hosts.mayReach(hostname, address));
      const [first] = allowed;
      if (first === undefined) callback(unreachable(hostname), '', 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** Refuses an address that stands in place of a name, which nobody resolves. Errors: `InvalidRequest`. */
export function refusePrivateAddress(hosts: PrivateHosts, host: string): void {
  if (isIP(host) !== 0 && !hosts.mayReach(host, host)) throw unreachable(host);
}

function unreachable(host: string): IotError {
  const problem = `${host} is in a private network, which rules may not reach; if they should, name it in THINGCORE_RULES_PRIVATE_HOSTS`;
  return new IotError('InvalidRequest', problem, { details: { host } });
}

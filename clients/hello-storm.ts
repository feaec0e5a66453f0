import { argument, choice, dnsName, runClient } from './client.ts'
import { catalogue, type KindName, kindNames } from './hello-catalogue.ts'
import { Storm, type StormFlags, stormCommand } from './storm.ts'

interface HelloFlags extends StormFlags {
  kinds?: KindName[]
  serverName: string
}

const malformed = kindNames.filter((kind) => kind !== 'valid')

await runClient<HelloFlags>(
  stormCommand('hello-storm', 'Opens TLS connections with malformed ClientHellos and holds them.')
    .option(
      '--kinds <a,b>',
      `of ClientHellos, from: ${kindNames.join(', ')} (default: all but valid)`,
      argument(choice('kind of ClientHello', kindNames)),
    )
    .option('--server-name <name>', 'name that the hellos ask for', argument(dnsName), 'lab.test'),
  ({ kinds = malformed, serverName, ...flags }) =>
    new Storm(flags, kinds, (kind, random) => catalogue[kind].converse(random, serverName)),
)

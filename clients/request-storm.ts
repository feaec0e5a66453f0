import { argument, choice, runClient } from './client.ts'
import { catalogue, type RequestName, requestNames } from './request-catalogue.ts'
import { Storm, type StormFlags, stormCommand } from './storm.ts'

interface RequestFlags extends StormFlags {
  kinds: RequestName[]
}

await runClient<RequestFlags>(
  stormCommand(
    'request-storm',
    'Opens connections without TLS, says what no server can answer, and holds them.',
  ).option(
    '--kinds <a,b>',
    `of conversations, from: ${requestNames.join(', ')} (default: all)`,
    argument(choice('kind of conversation', requestNames)),
    requestNames,
  ),
  ({ kinds, ...flags }) => new Storm(flags, kinds, (kind, random) => catalogue[kind].converse(random)),
)

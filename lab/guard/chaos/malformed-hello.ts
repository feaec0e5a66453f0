import { catalogue as hellos, kindNames } from '../../../clients/hello-catalogue.ts'
import { requestNames, catalogue as requests } from '../../../clients/request-catalogue.ts'
import { bounded, type Recipe } from '../recipe.ts'

const malformed: Recipe = {
  title: 'beginnings that must be refused: ClientHellos, or requests where there is no TLS',
  byDefault: true,
  traffic(circumstances) {
    const hold = bounded(50, circumstances)
    const kinds = circumstances.protocol.tls
      ? kindNames.filter((kind) => hellos[kind].answer.startsWith('refused'))
      : requestNames.filter((kind) => !requests[kind].stalls)
    return {
      client: circumstances.protocol.tls ? 'hello-storm' : 'request-storm',
      flags: ['--rate', '50', '--hold', `${hold}`, '--kinds', kinds.join(',')],
      arrivals: hold,
    }
  },
}
export default malformed

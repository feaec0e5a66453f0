import { broken } from '../errors.ts'

export interface Suite {
  name: string
  className: string
  /** s */
  seconds: number
  cases: Case[]
}

export interface Case {
  name: string
  /** s */
  seconds: number
  outcome: 'pass' | 'fail' | 'inconclusive' | 'unsupported' | 'error'
  /** why it is no pass */
  text: string
}

/** What is neither pass nor fail is an error, never a pass. Throws with exit code 5 when the file cannot be written. */
export async function writeJunitFile(path: string, suites: readonly Suite[]) {
  // Few runs ask for a report, and it takes longest to load.
  const { default: junit } = await import('junit-report-builder')
  // Its types describe an ES module, but what Node imports is the CommonJS builder itself.
  const report = (junit as unknown as typeof junit.default).newBuilder()
  for (const { name, className, seconds, cases } of suites) {
    const suite = report.testSuite().name(name).time(seconds)
    for (const one of cases) {
      const test = suite.testCase().className(className).name(one.name).time(one.seconds)
      if (one.outcome === 'fail') test.failure(one.text)
      else if (one.outcome !== 'pass') test.error(one.text)
    }
  }
  try {
    report.writeTo(path)
  } catch (error) {
    throw broken(`cannot write the JUnit report ${path}: ${(error as Error).message}`, error)
  }
}

/** What `docker context create spinlab-test --docker host=…` and `docker context use …` write into docker's folder. */
export const contextFiles = (host: string, current = 'spinlab-test') => ({
  'config.json': JSON.stringify({ auths: {}, currentContext: current }),
  'contexts/meta/cb8693afe75adf75b9553b4e9d2cb9b79c204666c8b1aa77eba53ad63245b1e3/meta.json': JSON.stringify({
    Name: 'spinlab-test',
    Metadata: {},
    Endpoints: { docker: { Host: host, SkipTLSVerify: false } },
  }),
})

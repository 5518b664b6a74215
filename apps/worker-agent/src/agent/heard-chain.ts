export { HeardChain } from '@synod/base';
